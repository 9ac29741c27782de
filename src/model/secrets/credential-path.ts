import { printable } from '../text/printable.ts';

/** No blanks, no wildcards of policies, nothing that a URL, a shell or a file system would read in its own way. */
const SEGMENT = /^[A-Za-z0-9._@=~-]+$/;
const MAX_SEGMENT = 128;
const MAX_PATH = 512;

/** Nearly every path: parts that begin with anything but a dot. */
const COMMON = /^[A-Za-z0-9_@=~-][A-Za-z0-9._@=~-]{0,127}(?:\/[A-Za-z0-9_@=~-][A-Za-z0-9._@=~-]{0,127})*$/;

/** grantry's own folder in a store: its locks and ledgers. */
const RESERVED = '.grantry';

/** What is wrong with a place for a document, or for many of them; undefined when nothing is. */
export function describePlaceProblem(path: string): string | undefined {
  const isReserved = path.split('/').some((segment) => segment.toLowerCase() === RESERVED);
  return describePathProblem(path) ?? (isReserved ? `the name ${RESERVED} is reserved for grantry itself` : undefined);
}

const NAMES: Readonly<Record<string, string>> = { ' ': 'a blank', '\t': 'a tab', '\n': 'a line break' };

/** The character, or its number where it could not be seen. */
function nameOfCharacter(character: string): string {
  const visible = printable(character);
  return NAMES[character] ?? (visible === character ? `"${character}"` : `the character ${visible}`);
}

/** What is wrong with a path inside a store; undefined when nothing is. */
export function describePathProblem(path: string): string | undefined {
  if (path.length <= MAX_PATH && COMMON.test(path)) {
    return undefined;
  }
  if (path.length > MAX_PATH) {
    return `it has more than ${MAX_PATH} characters`;
  }
  for (const segment of path.split('/')) {
    if (segment === '') {
      return 'it is empty, or has a slash too many';
    }
    if (segment === '.' || segment === '..') {
      return `it contains "${segment}"`;
    }
    if (segment.length > MAX_SEGMENT) {
      return `a part of it has more than ${MAX_SEGMENT} characters`;
    }
    if (!SEGMENT.test(segment)) {
      const [odd = ''] = /[^A-Za-z0-9._@=~-]/u.exec(segment) ?? [];
      return `it contains ${nameOfCharacter(odd)}, which is not allowed: letters of ASCII, digits and . _ @ = ~ - are`;
    }
  }
  return undefined;
}

/** Whether a path is a folder, or lies in it. */
export function liesIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
