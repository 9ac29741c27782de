import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandIo } from '../../cli/context.ts';
import { holdsCredential } from '../../manifest/schema/credential-keys.ts';
import { GrantryError } from '../../model/errors.ts';
import { Secret } from '../../model/secrets/secret.ts';

/** Three parts of base64url (RFC 7515 section 7.1). */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Reads `--assertion-from env:NAME` or `file:PATH`. The token is never an argument: those are seen by every process. */
export function readAssertion(from: string | undefined, io: Pick<CommandIo, 'env' | 'cwd'>): Secret | undefined {
  if (from === undefined) return undefined;
  const [, kind, name = ''] = /^(env|file):(.+)$/s.exec(from) ?? [];
  // What stands there may be the token itself.
  if (kind === undefined || holdsCredential(from)) {
    throw new GrantryError('INVALID_INPUT', '--assertion-from names no place', {
      hint: 'Write it as env:NAME or file:PATH. The token itself does not belong into arguments.',
    });
  }
  const text = (kind === 'env' ? io.env[name] : readFile(resolve(io.cwd, name)))?.trim() ?? '';
  if (TOKEN.test(text)) return new Secret(text);
  throw new GrantryError('INVALID_INPUT', `--assertion-from ${from}: there is no token of a workload`, {
    hint: `${kind === 'env' ? 'The variable' : 'The file'} must hold one signed JWT, and nothing else.`,
  });
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
