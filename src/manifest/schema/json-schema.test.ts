import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { BACKENDS } from '../../cli/backends.ts';
import { makeJsonSchema } from './json-schema.ts';
import { makeSchemas } from './manifest.ts';

const FILE = fileURLToPath(new URL('../../../schema/manifest.schema.json', import.meta.url));

it("the manifests' schema: is what schema/manifest.schema.json holds (UPDATE_SCHEMA=1 writes it anew)", () => {
  const text = `${JSON.stringify(makeJsonSchema(makeSchemas(BACKENDS)), undefined, 2)}\n`;
  if (process.env['UPDATE_SCHEMA'] === '1') {
    writeFileSync(FILE, text);
  }
  expect(readFileSync(FILE, 'utf8')).toBe(text);
});
