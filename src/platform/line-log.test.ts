import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLineLog } from './line-log.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'grantry-log-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('a log grows by a line for each value, and is for its owner alone', () => {
  const path = join(folder, 'audit.log');
  for (const who of ['ann', 'ben']) {
    const log = openLineLog(path);
    log.append({ who });
    log.append({ who, text: 'a\nb' });
    log.close();
  }
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { who: 'ann' },
    { text: 'a\nb' },
    { who: 'ben' },
    { who: 'ben' },
  ]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a log that cannot be written is an error, with its path', () => {
  expect(() => openLineLog(folder)).toThrow(
    expect.objectContaining({ code: 'FAILED', message: `the audit log ${folder} cannot be written (EISDIR)` }),
  );
  const log = openLineLog('/dev/full');
  expect(() => log.append({ who: 'ann' })).toThrow('the audit log /dev/full cannot be written (ENOSPC)');
  log.close();
});

test('a log knows its last line, and begins a new one behind half a line', () => {
  const path = join(folder, 'audit.log');
  const begin = (): ReturnType<typeof openLineLog> => openLineLog(path);
  expect(begin().last).toBeUndefined();
  writeFileSync(path, `{"who":"ann"}\n${'x'.repeat(100_000)}\n{"who":"ben"}\n`);
  expect(begin().last).toBe('{"who":"ben"}');
  writeFileSync(path, '{"who":"ann"}\n{"who":"b');
  const log = begin();
  expect(log.last).toBe('{"who":"b');
  expect(log.append({ who: 'cid' })).toBe('{"who":"cid"}');
  expect(log.append({ who: 'dan' })).toBe('{"who":"dan"}');
  expect(readFileSync(path, 'utf8')).toBe('{"who":"ann"}\n{"who":"b\n{"who":"cid"}\n{"who":"dan"}\n');
});
