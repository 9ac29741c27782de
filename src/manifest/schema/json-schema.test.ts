import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { makeJsonSchema } from './json-schema.ts';

const FILE = fileURLToPath(new URL('../../../schema/manifest.schema.json', import.meta.url));

it('is what schema/manifest.schema.json holds (UPDATE_SCHEMA=1 writes it anew)', () => {
  const text = `${JSON.stringify(makeJsonSchema(), undefined, 2)}\n`;
  if (process.env['UPDATE_SCHEMA'] === '1') {
    writeFileSync(FILE, text);
  }
  expect(readFileSync(FILE, 'utf8')).toBe(text);
});
