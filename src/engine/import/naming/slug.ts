import { createHash } from 'node:crypto';

/** Of names that import makes: they become parts of paths in a store. */
export const MAX_NAME = 128;

/** Of names that manifests may have, and marks do. */
const MAX_GIVEN_NAME = 255;

const NAME = /^[a-z0-9][a-z0-9-]*$/;

/** Whether a text can be `metadata.name` as it is. */
export function isName(text: string): boolean {
  return text.length <= MAX_GIVEN_NAME && NAME.test(text);
}

/** A text as a name of a manifest: other letters are taken apart and lose their marks; undefined: nothing of it is left. */
export function slugOf(text: string, longest = MAX_NAME): string | undefined {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const slug = trimDashes(plain.replaceAll(/[^a-z0-9]+/g, '-')).slice(0, longest);
  return trimDashes(slug) || undefined;
}

/** The same of an audience: a URL without its scheme, a URN without `urn:`. */
export function slugOfAudience(audience: string): string | undefined {
  return slugOf(audience.replace(/^(?:[a-z][a-z0-9+.-]*:\/\/|urn:)/i, ''));
}

/** What stands for a text of which no letter is left: the same for the same text, and another for nearly every other. */
export function digestName(prefix: string, text: string): string {
  return `${prefix}-${createHash('sha256').update(text).digest('hex').slice(0, 10)}`;
}

function trimDashes(text: string): string {
  return text.replaceAll(/^-+|-+$/g, '');
}
