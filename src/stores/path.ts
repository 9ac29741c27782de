import { GrantryError } from '../model/errors.ts';
import { describePathProblem } from '../model/secret-path.ts';

/**
 * Refuses a path that a store might take for something else than it looks like. Vault itself takes `..` and blanks
 * as they are, so the check is ours.
 */
export function checkStorePath(path: string): string {
  const problem = describePathProblem(path);
  if (problem !== undefined) {
    throw new GrantryError(
      'INVALID_INPUT',
      `${JSON.stringify(path.slice(0, 80))} is no path for a secret: ${problem}`,
      {
        hint: 'Use folder/name with letters, digits and . _ - @ = ~ only.',
      },
    );
  }
  return path;
}

/** `a/b/c` to folder `a/b` and name `c`; the folder of `c` is the empty string. */
export function splitStorePath(path: string): { folder: string; name: string } {
  const slash = path.lastIndexOf('/');
  return { folder: path.slice(0, Math.max(slash, 0)), name: path.slice(slash + 1) };
}

/** Names wanted, by folder: what one listing per folder has to answer. */
export function groupByFolder(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const { folder, name } = splitStorePath(checkStorePath(path));
    const names = folders.get(folder);
    if (names === undefined) {
      folders.set(folder, [name]);
    } else {
      names.push(name);
    }
  }
  return folders;
}
