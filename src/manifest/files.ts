import { isAscii } from 'node:buffer';
import { closeSync, openSync, readFileSync, readSync, readdirSync, realpathSync, statSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { join, resolve } from 'node:path';
import { GrantryError } from '../model/errors.ts';
import type { Problem, SourceFile } from './types.ts';
import { compareText } from './values.ts';

/** Larger files are no manifests; to read one by mistake would take all memory. */
const MAX_BYTES = 64 * 1024 * 1024;

const MANIFEST_NAME = /\.ya?ml$/i;

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** The files under some paths, with what could not be read. */
export interface FoundFiles {
  readonly files: readonly SourceFile[];
  readonly problems: readonly Problem[];
}

/**
 * Reads every `*.yaml` and `*.yml` under the given directories, sorted by name, and the given files whatever their
 * names. Follows symbolic links, each place once; leaves out hidden directories and node_modules.
 * Throws INVALID_INPUT when a path does not exist or when there is no manifest at all.
 */
export function readManifestFiles(paths: readonly string[], cwd: string): FoundFiles {
  return findManifestFiles(paths, cwd).read();
}

/** The same in two parts, for whoever has something to begin in between; `count` is how many files there are to read. */
export function findManifestFiles(
  paths: readonly string[],
  cwd: string,
): { readonly count: number; readonly read: () => FoundFiles } {
  const missing = paths.filter((path) => statOf(resolve(cwd, path)) === undefined);
  if (missing.length > 0) {
    throw new GrantryError('INVALID_INPUT', `no such file or directory: ${missing.join(', ')}`, {
      hint: 'Name the directory of the manifests with --manifests DIR, or write a first set with: grantry init',
    });
  }
  const walk: Walk = { cwd, seen: new Set(), names: [], problems: [] };
  paths.forEach((path) => visit(path, walk, true));
  if (walk.names.length === 0 && walk.problems.length === 0) {
    throw new GrantryError('INVALID_INPUT', `no manifests (*.yaml, *.yml) in ${paths.join(', ')}`, {
      hint: 'Write a first set with: grantry init',
    });
  }
  return {
    count: walk.names.length,
    read: () => {
      const files = walk.names.toSorted(compareText).flatMap((name) => readSource(name, walk));
      return { files, problems: walk.problems };
    },
  };
}

interface Walk {
  readonly cwd: string;
  /** Real paths: keeps links from leading in circles, and files from being read twice. */
  readonly seen: Set<string>;
  readonly names: string[];
  readonly problems: Problem[];
}

function visit(name: string, walk: Walk, given: boolean): void {
  const path = resolve(walk.cwd, name);
  const stat = statOf(path);
  if (stat?.isDirectory()) {
    visitDirectory(name, path, walk);
  } else if (stat?.isFile()) {
    if ((given || MANIFEST_NAME.test(name)) && isNew(realpathSync.native(path), walk)) {
      walk.names.push(name);
    }
  } else if (given || MANIFEST_NAME.test(name)) {
    report(walk, name, stat === undefined ? 'is a link that leads nowhere' : 'is not a file');
  }
}

function visitDirectory(name: string, path: string, walk: Walk): void {
  const real = realpathSync.native(path);
  if (!isNew(real, walk)) {
    return;
  }
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    const [inside, realInside] = [folderPrefix(name), folderPrefix(real)];
    for (const entry of entries.toSorted((one, other) => compareText(one.name, other.name))) {
      if (!entry.name.startsWith('.') && entry.name !== 'node_modules') {
        visitEntry(`${inside}${entry.name}`.replaceAll('\\', '/'), entry, `${realInside}${entry.name}`, walk);
      }
    }
  } catch (error) {
    report(walk, name, `cannot be read: ${wordFileError(error)}`);
  }
}

/** What the names of a directory's entries begin with, as `join` would have it. */
function folderPrefix(name: string): string {
  return join(name, '_').slice(0, -1);
}

/** Of a plain file all is known from the listing: of ten thousand, to ask again would take a tenth of a second. */
function visitEntry(name: string, entry: Dirent, realPath: string, walk: Walk): void {
  if (!entry.isFile()) {
    visit(name, walk, false);
  } else if (MANIFEST_NAME.test(name) && isNew(realPath, walk)) {
    walk.names.push(name);
  }
}

function isNew(real: string, { seen }: Walk): boolean {
  return !seen.has(real) && seen.add(real) !== undefined;
}

function statOf(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A circle of links, or a directory on the way that may not be entered.
    return undefined;
  }
}

function readSource(name: string, walk: Walk): SourceFile[] {
  const path = resolve(walk.cwd, name);
  try {
    const bytes = readBytes(path);
    if (bytes !== undefined) return decode(name, bytes, walk);
    report(walk, name, 'is larger than 64 MB: that is no manifest');
  } catch (error) {
    report(walk, name, `cannot be read: ${wordFileError(error)}`);
  }
  return [];
}

/** What nearly every manifest fits into, used again for each of them. */
const ROOM = Buffer.allocUnsafe(64 * 1024);

/** The bytes of a file, until the next one is read; undefined for one that is too large. Of a small one nothing is asked but its bytes. */
function readBytes(path: string): Buffer | undefined {
  const file = openSync(path, 'r');
  try {
    const length = fill(file);
    if (length < ROOM.length) return ROOM.subarray(0, length);
  } finally {
    closeSync(file);
  }
  return statSync(path).size > MAX_BYTES ? undefined : readFileSync(path);
}

/** Reads until there is nothing more, or no more room: half a file would be a plan to delete what stands in the other half. */
function fill(file: number): number {
  let length = 0;
  while (length < ROOM.length) {
    const more = readSync(file, ROOM, length, ROOM.length - length, length);
    if (more === 0) break;
    length += more;
  }
  return length;
}

function decode(name: string, bytes: Buffer, walk: Walk): SourceFile[] {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    report(walk, name, 'is UTF-16: save it as UTF-8');
    return [];
  }
  if (bytes.includes(0)) {
    report(walk, name, 'is binary, not text');
    return [];
  }
  if (isAscii(bytes)) return [{ name, text: bytes.toString('latin1') }];
  try {
    // Drops a byte-order mark.
    return [{ name, text: UTF_8.decode(bytes) }];
  } catch {
    report(walk, name, 'is not UTF-8 text: save it as UTF-8');
    return [];
  }
}

function report(walk: Walk, name: string, what: string): void {
  const place = { file: { name, text: '' }, offset: 0 };
  walk.problems.push({ severity: 'error', rule: 'unreadable-file', message: `the file ${what}`, place });
}

function wordFileError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ENOENT: 'it is gone',
    EISDIR: 'it is a directory',
    ELOOP: 'links that lead in a circle',
    EMFILE: 'too many open files',
  };
  return known[code] ?? (code === '' ? 'unknown error' : code);
}
