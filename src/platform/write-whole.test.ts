import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeWhole } from './write-whole.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'grantry-write-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('a file is for its owner alone, also where one that everybody could read was there', () => {
  const path = join(folder, 'plan.json');
  writeFileSync(path, 'before', { mode: 0o644 });
  writeWhole(path, 'after');
  expect([readFileSync(path, 'utf8'), (lstatSync(path).mode & 0o777).toString(8)]).toEqual(['after', '600']);
  expect(readdirSync(folder)).toEqual(['plan.json']);
});

test('where it cannot be written, what was there stays, and nothing else is left', () => {
  mkdirSync(join(folder, 'plan.json'));
  expect(() => writeWhole(join(folder, 'plan.json'), 'after')).toThrow('EISDIR');
  expect(() => writeWhole(join(folder, 'gone/plan.json'), 'after')).toThrow('ENOENT');
  expect(readdirSync(folder)).toEqual(['plan.json']);
});

test('a link is replaced: what it leads to is not written to', () => {
  writeFileSync(join(folder, 'other'), 'of others');
  symlinkSync('other', join(folder, 'plan.json'));
  writeWhole(join(folder, 'plan.json'), 'after');
  expect(['other', 'plan.json'].map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual([
    'of others',
    'after',
  ]);
});

test('what is no file is written to', () => {
  expect(() => writeWhole('/dev/full', 'after')).toThrow('ENOSPC');
});

test('a file that is for everybody to read can be read by everybody', () => {
  writeWhole(join(folder, 'orders.yaml'), 'text', 0o644);
  expect((lstatSync(join(folder, 'orders.yaml')).mode & 0o777).toString(8)).toBe('644');
});
