import { distance } from 'fastest-levenshtein';
import type { ManifestKeys } from './schema-keys.ts';

const SECRET_ENDING =
  /(?:secrets?|secretids?|passwords?|passwd|passphrase|pass|pwd|tokens?|identity|credentials?|privatekey|apikey|accesskey|secretkey|signingkey)$/;

/**
 * Whether a key names a credential, or was likely meant to. Judged by the end of the key (`client_secret`,
 * `api.token`, but not `secrets:read` or `tokenLifetime`) and by its distance from the fields that hold one.
 */
export function isSecretKey(key: string, { credentials }: ManifestKeys): boolean {
  if (key.length > 200) return false;
  const folded = key.toLowerCase().replace(/[^a-z0-9]/g, '');
  return SECRET_ENDING.test(folded) || credentials.some((known) => isNearly(folded, known.toLowerCase()));
}

/** With so few wrong letters that it is likely a typo. */
function isNearly(key: string, known: string): boolean {
  const slack = known.length > 6 ? 2 : 1;
  return Math.abs(key.length - known.length) <= slack && distance(key, known) <= slack;
}

/** How the credentials begin that people paste most: keys of age and PEM, tokens of secret stores, GitHub and GitLab, and JWTs. */
const BEGINNING = /AGE-SECRET-KEY-|-----BEGIN |\bhv[sbr]\.|\bgh[opsu]_|\bgithub_pat_|\bglpat-|\beyJ[\w-]{8}/;

const SECRET_WORD = /secret|passw|passphrase|token|identity|credential|private.?key|api.?key|access.?key/i;

/** Whether a name speaks of credentials, so that what it names may be one. */
export function speaksOfCredential(name: string): boolean {
  return SECRET_WORD.test(name);
}

/** Whether a line may hold a credential, or speaks of one, in a comment too, and so is not to be shown. */
export function mayHoldCredential(line: string, keys: ManifestKeys): boolean {
  const unknown = withoutKnownWords(line, keys);
  const words = unknown.match(/[A-Za-z][\w.-]*/g) ?? [];
  return BEGINNING.test(line) || SECRET_WORD.test(unknown) || words.some((word) => isSecretKey(word, keys));
}

/** Keys and words of the language that speak of credentials and hold none, such as `tokenLifetime` and `private_key_jwt`. */
function withoutKnownWords(line: string, { known, credentials, words }: ManifestKeys): string {
  const others = line.replaceAll(/[A-Za-z]\w*/g, (word) => (words.has(word) ? '' : word));
  return others.replaceAll(/[A-Za-z]\w*(?=["']?\s*:)/g, (key) =>
    known.has(key) && !credentials.includes(key) ? '' : key,
  );
}

/** The same as BEGINNING, with as much behind it as makes them what they are. */
const CREDENTIAL =
  /AGE-SECRET-KEY-1|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bhv[sbr]\.[\w-]{20}|\bgh[opsu]_\w{20}|\bgithub_pat_\w{20}|\bglpat-[\w-]{15}|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\./;

/** Whether a text holds what can be nothing but a credential. */
export function holdsCredential(text: string): boolean {
  return CREDENTIAL.test(text);
}
