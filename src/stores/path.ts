import { createHash } from 'node:crypto';
import { GrantryError } from '../model/errors.ts';
import { groupBy } from '../model/values/groups.ts';
import { describePathProblem } from '../model/secrets/credential-path.ts';

/**
 * Refuses a path that a store might take for something else than it looks like. A server may take `..` and blanks
 * as they are, so the check is ours.
 */
export function checkStorePath(path: string): string {
  const problem = describePathProblem(path);
  if (problem !== undefined) {
    throw new GrantryError(
      'INVALID_INPUT',
      `${JSON.stringify(path.slice(0, 80))} is no path for a credential: ${problem}`,
      {
        hint: 'Use folder/name with letters, digits and . _ - @ = ~ only.',
      },
    );
  }
  return path;
}

/** grantry's own folder below the prefix; no document of a client may lie there. */
const RECORDS = '.grantry';

/** The path of a record in a store. */
export function recordPath(name: string): string {
  return `${RECORDS}/${checkStorePath(name)}`;
}

/** Leaves room for the suffix that the file store adds, on file systems that take names of 143 bytes. */
const MAX_PART = 120;

/**
 * A free text, such as the name of a stack, as one part of a path: a byte that is not allowed there is written as `~`
 * and two hexadecimal digits, and so is a dot at the beginning. Different texts give different parts.
 */
export function toPathPart(text: string): string {
  const chars = [...Buffer.from(text)].map((byte, at) => {
    const char = String.fromCharCode(byte);
    return /[A-Za-z0-9_@=-]/.test(char) || (char === '.' && at > 0) ? char : `~${byte.toString(16).padStart(2, '0')}`;
  });
  const part = chars.join('');
  return part.length <= MAX_PART ? part : `~~${createHash('sha256').update(text).digest('hex')}`;
}

/** `a/b/c` to folder `a/b` and name `c`; the folder of `c` is the empty string. */
export function splitStorePath(path: string): { folder: string; name: string } {
  const slash = path.lastIndexOf('/');
  return { folder: path.slice(0, Math.max(slash, 0)), name: path.slice(slash + 1) };
}

/** Paths wanted, by folder: what one listing per folder has to answer. */
export function groupByFolder(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return groupBy(paths, (path) => splitStorePath(checkStorePath(path)).folder);
}
