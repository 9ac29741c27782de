import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { GrantryError } from '../../model/errors.ts';
import type { CommandIo } from '../../cli/context.ts';
import { TEMPLATES } from './init-files.ts';

const KEY_FILE = '.grantry/age-key.txt';
const IGNORED = '.grantry/';

/** Writes a first set of manifests, an age key that git ignores, and a CI workflow. Leaves existing files as they are. */
export async function runInit(io: CommandIo): Promise<number> {
  const lines: string[] = [];
  try {
    const others = findOtherManifests(io.cwd);
    for (const { path, text } of TEMPLATES) {
      if (!others || !path.startsWith('manifests/')) {
        lines.push(writeNew(io.cwd, path, text));
      }
    }
    if (others) {
      lines.push('kept   manifests/ (there are manifests in it already)\n');
    }
    // First: the key must never be there without it.
    lines.push(ignoreKeys(io.cwd));
    lines.push(await writeKey(io.cwd));
  } catch (error) {
    io.stdout.write(lines.join(''));
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new GrantryError('FAILED', `cannot write into ${io.cwd}: ${code}`, {
      hint: 'Run grantry init again when that is repaired: it keeps what exists.',
      cause: error,
    });
  }
  io.stdout.write(`${lines.join('')}\n${NEXT}`);
  return 0;
}

const NEXT = `Next:
  1. Put your own names, URLs and realm into manifests/, and check them: grantry validate
  2. Give grantry its credentials:
       export GRANTRY_KEYCLOAK_SECRET=...   (of its own client in Keycloak: docs/keycloak.md has the commands)
       export GRANTRY_AGE_KEY="$(cat ${KEY_FILE})"
  3. See what would change: grantry plan -t local
  4. For CI: name your hosts, and the commit of grantry, at the top of .github/workflows/grantry.yml, and let its jobs
     into Keycloak (26.6 or later) and Vault by GitHub's id tokens, once: docs/ci.md has the commands. No secret is kept there
Keep a copy of ${KEY_FILE} in a safe place: without it the files of the store cannot be read.
`;

/** Whether somebody has begun already: examples would only be in the way of real manifests. */
function findOtherManifests(cwd: string): boolean {
  const directory = join(cwd, 'manifests');
  const ours = new Set(TEMPLATES.map((template) => template.path));
  const found = existsSync(directory) ? readdirSync(directory, { recursive: true, encoding: 'utf8' }) : [];
  return found.some((name) => /\.ya?ml$/i.test(name) && !ours.has(`manifests/${name.replaceAll('\\', '/')}`));
}

function writeNew(cwd: string, path: string, text: string, mode = 0o644): string {
  const file = join(cwd, path);
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, text, { flag: 'wx', mode });
    return `wrote  ${path}\n`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      return `kept   ${path} (it was there)\n`;
    }
    throw error;
  }
}

function ignoreKeys(cwd: string): string {
  const file = join(cwd, '.gitignore');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (before.split(/\r?\n/).some((line) => /^\/?\.grantry\/?\s*$/.test(line))) {
    return 'kept   .gitignore (it has .grantry/)\n';
  }
  appendFileSync(file, `${before === '' || before.endsWith('\n') ? '' : '\n'}${IGNORED}\n`);
  return `${before === '' ? 'wrote  .gitignore' : 'added  .grantry/ to .gitignore'}\n`;
}

async function writeKey(cwd: string): Promise<string> {
  mkdirSync(join(cwd, dirname(KEY_FILE)), { recursive: true, mode: 0o700 });
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const text = `# An age key: anybody who has it can read the files of the store.\n# public key: ${recipient}\n${identity}\n`;
  return writeNew(cwd, KEY_FILE, text, 0o600);
}
