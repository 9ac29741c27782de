// The floor of `grantry validate`: loads commander, zod and yaml, and parses the files of a folder.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';

const [folder = '.'] = new Command('bare').argument('[folder]').parse().args;
const manifest = z.looseObject({ kind: z.string() });
let documents = 0;
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith('.yaml')) continue;
  for (const document of parseAllDocuments(readFileSync(join(entry.parentPath, entry.name), 'utf8'))) {
    manifest.parse(document.toJS());
    documents += 1;
  }
}
process.stdout.write(`${documents} documents\n`);
