import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captureIo } from '../../../test/support/process/captured-io.ts';
import { runInit } from './init.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'grantry-init-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

async function init(folder = cwd): Promise<string> {
  const { io, written } = captureIo({ cwd: folder });
  await runInit(io);
  return written.stdout;
}

const linesOf = (output: string): string[] => output.split('\n').filter((line) => /^(?:wrote|kept|added) /.test(line));

describe('init', () => {
  it('run again keeps each file that it wrote, and says so', async () => {
    await init();
    const key = readFileSync(join(cwd, '.grantry/age-key.txt'), 'utf8');
    const lines = linesOf(await init());
    expect(lines.filter((line) => !/^kept .* \(it (?:was there|has \.grantry\/)\)$/.test(line))).toEqual([]);
    expect(lines.some((line) => line.includes('manifests/'))).toBe(true);
    expect(readFileSync(join(cwd, '.grantry/age-key.txt'), 'utf8')).toBe(key);
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('.grantry/\n');
  });

  it.each(['.grantry', '/.grantry/', 'dist\r\n.grantry/  \r\n'])(
    'leaves a .gitignore with %j as it is',
    async (text) => {
      writeFileSync(join(cwd, '.gitignore'), text);
      await init();
      expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe(text);
    },
  );

  it('writes no key where git cannot be made to ignore it, and says why', async () => {
    mkdirSync(join(cwd, '.gitignore'));
    await expect(init()).rejects.toMatchObject({ code: 'FAILED', message: `cannot write into ${cwd}: EISDIR` });
    expect(() => readFileSync(join(cwd, '.grantry/age-key.txt'))).toThrow('ENOENT');
  });

  it('fails where a file of its own is in the way of a folder', async () => {
    const blocked = join(cwd, 'file');
    writeFileSync(blocked, '');
    await expect(init(blocked)).rejects.toMatchObject({ code: 'FAILED', message: expect.stringContaining(blocked) });
  });
});
