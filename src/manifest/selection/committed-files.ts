import { realpathSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { SourceFile } from '../types.ts';
import { GrantryError } from '../../model/errors.ts';
import type { Commit, Git } from './git.ts';

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** A path of the working tree as its repository sees it. */
export interface PlaceInRepository {
  readonly root: string;
  /** From the root, with slashes; empty for the root itself. */
  readonly path: string;
}

/** Where in which repository a path lies; undefined where in none. */
export function locate(git: Git, path: string, cwd: string): PlaceInRepository | undefined {
  const real = realpathSync(resolve(cwd, path));
  const root = git.findRoot(statSync(real).isDirectory() ? real : dirname(real));
  return root === undefined ? undefined : { root, path: relative(root, real).replaceAll('\\', '/') };
}

/**
 * The manifests that lay at some paths at a commit, chosen as those of the working tree are: every `*.yaml` and `*.yml`
 * below a directory; a path that was a file whatever its name. Links are refused, here too.
 */
export function readCommitted(git: Git, commit: Commit, paths: readonly string[]): SourceFile[] {
  const found = new Map<string, FoundFile>();
  for (const path of paths) collect(git, commit, path, found);
  const files = [...found.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const contents = git.readObjects(
    commit,
    files.map(({ object }) => object),
  );
  return files.map(({ name }, index) => toSource(`${commit.ref}:${name}`, contents[index] ?? Buffer.alloc(0)));
}

interface FoundFile {
  readonly name: string;
  readonly object: string;
}

/** Adds files by their paths in the tree. */
function collect(git: Git, commit: Commit, path: string, found: Map<string, FoundFile>): void {
  for (const { kind, object, path: name } of git.listTree(commit, path)) {
    const inside = name === path ? '' : path === '' ? name : name.slice(path.length + 1);
    if (inside.split('/').some((part) => part.startsWith('.') || part === 'node_modules')) continue;
    if (kind === 'repository') throw cannotFollow(commit, name, 'is a repository of its own');
    if (kind === 'link') throw cannotFollow(commit, name, 'is a symbolic link');
    if (inside === '' || /\.ya?ml$/i.test(name)) found.set(name, { name, object });
  }
}

function cannotFollow({ ref }: Commit, path: string, what: string): GrantryError {
  return new GrantryError('INVALID_INPUT', `${path} at ${ref} ${what}: what it held then is not known`, {
    hint: 'Plan without --changed-since, or name the directories of the manifests with --manifests.',
  });
}

function toSource(name: string, bytes: Buffer): SourceFile {
  try {
    return { name, text: UTF_8.decode(bytes) };
  } catch {
    throw new GrantryError('INVALID_INPUT', `${name} is not UTF-8 text: what it declared then is not known`, {
      hint: 'Compare with a commit at which the manifests could be read, or plan without --changed-since.',
    });
  }
}
