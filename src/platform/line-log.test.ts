import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
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
    log.append(() => ({ who }));
    log.append(() => ({ who, text: 'a\nb' }));
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
  expect(() => log.append(() => ({ who: 'ann' }))).toThrow('the audit log /dev/full cannot be written (ENOSPC)');
  log.close();
});

test('a log knows the last line that is there, of whoever wrote it, and begins a new one behind half a line', () => {
  const path = join(folder, 'audit.log');
  const lasts: (string | undefined)[] = [];
  const append = (log: ReturnType<typeof openLineLog>, who: string): string =>
    log.append((last) => {
      lasts.push(last);
      return { who };
    });
  const [one, other] = [openLineLog(path), openLineLog(path)];
  append(one, 'ann');
  append(other, 'ben');
  append(one, 'cid');
  appendFileSync(path, `${'x'.repeat(100_000)}\n{"who":"d`);
  expect(append(other, 'eve')).toBe('{"who":"eve"}');
  expect(lasts).toEqual([undefined, '{"who":"ann"}', '{"who":"ben"}', '{"who":"d']);
  expect(readFileSync(path, 'utf8').split('\n').slice(-3)).toEqual(['{"who":"d', '{"who":"eve"}', '']);
});
