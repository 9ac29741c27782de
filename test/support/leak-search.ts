/** Looks for secrets in whatever form they may have left a process. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A text in which no secret may occur. */
export interface Suspect {
  /** As a failing test names it. */
  readonly where: string;
  readonly text: string;
}

/** Where a secret occurs and in which form; never the secret. */
export interface Leak {
  readonly where: string;
  readonly form: string;
  /** Which of the secrets, counted from 0. */
  readonly secret: number;
}

/** Every occurrence of a secret, one per suspect, secret and form. */
export function findLeaks(secrets: readonly string[], suspects: readonly Suspect[]): Leak[] {
  const needles = secrets.flatMap((value, secret) =>
    [...formsOf(value)].map(([needle, form]) => ({ needle, form, secret })),
  );
  return suspects.flatMap(({ where, text }) => {
    const lower = text.toLowerCase();
    return needles
      .filter(({ needle, form }) => (form === 'hex' ? lower : text).includes(needle))
      .map(({ form, secret }) => ({ where, form, secret }));
  });
}

/** The forms of a secret, by what to look for. */
export function formsOf(secret: string): Map<string, string> {
  const forms = new Map<string, string>();
  const add = (needle: string, form: string): void => {
    if (!forms.has(needle)) forms.set(needle, form);
  };
  const encoded = encodeURIComponent(secret);
  add(secret, 'plain');
  add(JSON.stringify(secret).slice(1, -1), 'in JSON');
  add(encoded, 'URL-encoded');
  add(Buffer.from(secret).toString('hex'), 'hex');
  // RFC 6749 section 2.3.1 encodes the parts of `id:secret` before base64.
  for (const text of [secret, encoded]) {
    for (const offset of [0, 1, 2]) {
      const base64 = insideBase64(text, offset);
      const base64url = base64.replaceAll('+', '-').replaceAll('/', '_');
      add(base64, `base64 at offset ${offset}`);
      add(base64url, `base64url at offset ${offset}`);
      add(encodeURIComponent(base64), `URL-encoded base64 at offset ${offset}`);
    }
  }
  return forms;
}

/**
 * What base64 of a longer text holds wherever this text stands in it, `offset` bytes behind a multiple of three: the
 * characters at both ends that depend on the neighbours are left out.
 */
function insideBase64(text: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  const first = Math.ceil((offset * 8) / 6);
  return bytes.toString('base64').slice(first, Math.floor((bytes.length * 8) / 6));
}

/** Every file under a folder with its name and its bytes, as text of one character per byte. */
export function filesUnder(folder: string): Suspect[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const file = join(folder, name);
    const text = statSync(file).isFile() ? readFileSync(file, 'latin1') : '';
    return [{ where: file, text: `${name}\n${text}` }];
  });
}
