import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FilePlan } from '../../engine/import/plan-files.ts';
import { openFolder } from './import-folder.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'grantry-folder-'));
  mkdirSync(join(cwd, 'manifests'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const at = (name: string): string => join(cwd, 'manifests', name);
const file = (name: string, text: string, isNew: boolean): FilePlan => ({ name, text, isNew, documents: ['Client/a'] });

function write(...files: FilePlan[]): void {
  openFolder({ out: undefined, manifests: ['manifests'] }, cwd).write(files);
}

it('import adds to what lies there as it was read', () => {
  writeFileSync(at('team.yaml'), 'first\n');
  write(file('team.yaml', 'first\n---\nsecond\n', false), file('new.yaml', 'new\n', true));
  expect([readFileSync(at('team.yaml'), 'utf8'), readFileSync(at('new.yaml'), 'utf8')]).toEqual([
    'first\n---\nsecond\n',
    'new\n',
  ]);
});

it.each<[string, FilePlan, string | undefined]>([
  ['that somebody edited', file('team.yaml', 'first\n---\nsecond\n', false), 'first, edited\n'],
  ['that somebody made', file('team.yaml', 'new\n', true), 'of somebody\n'],
  ['that is gone', file('team.yaml', 'first\n---\nsecond\n', false), undefined],
])('import writes nothing over a file %s meanwhile, and no other one either', (_, changed, text) => {
  if (text !== undefined) writeFileSync(at('team.yaml'), text);
  expect(() => write(file('a-new.yaml', 'new\n', true), changed)).toThrow('was changed while the provider was read');
  expect(existsSync(at('a-new.yaml'))).toBe(false);
  expect(existsSync(at('team.yaml')) ? readFileSync(at('team.yaml'), 'utf8') : undefined).toBe(text);
});
