import { isAscii } from 'node:buffer';
import { closeSync, openSync, readFileSync, readSync, readdirSync, realpathSync, statSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { GrantryError } from '../model/errors.ts';
import { linkOnTheWay } from '../platform/links.ts';
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
 * names, each place once; leaves out hidden directories and node_modules. A symbolic link is an error: in a pull request it
 * could lead to what is reviewed elsewhere. Throws INVALID_INPUT when a path does not exist or when there is no manifest at all.
 */
export function readManifestFiles(paths: readonly string[], cwd: string): FoundFiles {
  const missing = paths.filter((path) => statOf(resolve(cwd, path)) === undefined);
  if (missing.length > 0) {
    throw new GrantryError('INVALID_INPUT', `no such file or directory: ${missing.join(', ')}`, {
      hint: 'Name the directory of the manifests with --manifests DIR (or --targets DIR), or write a first set with: grantry init',
    });
  }
  const walk: Walk = { cwd, seen: new Set(), problems: [] };
  const found = [...visitAll(paths, walk)].toSorted((one, other) => compareText(one.name, other.name));
  if (found.length === 0 && walk.problems.length === 0) {
    throw new GrantryError('INVALID_INPUT', `no manifests (*.yaml, *.yml) in ${paths.join(', ')}`, {
      hint: 'Write a first set with: grantry init',
    });
  }
  return { files: found.flatMap((file) => readSource(file, walk.problems) ?? []), problems: walk.problems };
}

interface FoundFile {
  /** As it is shown. */
  readonly name: string;
  /** Where to read it. */
  readonly path: string;
}

interface Walk {
  readonly cwd: string;
  /** Real paths: keeps files from being read twice. */
  readonly seen: Set<string>;
  readonly problems: Problem[];
}

function* visitAll(paths: readonly string[], walk: Walk): Generator<FoundFile, undefined> {
  for (const name of paths) {
    const path = resolve(walk.cwd, name);
    const link = linkOnTheWay(path, walk.cwd);
    if (link === undefined) yield* visit({ name, path }, walk, true);
    else report(walk.problems, name, `${link === path ? 'this' : relative(walk.cwd, link)} ${IS_A_LINK}`);
  }
}

const IS_A_LINK =
  'is a symbolic link, and manifests are not read through links: put the file or the folder itself there';

function* visit({ name, path }: FoundFile, walk: Walk, given: boolean): Generator<FoundFile, undefined> {
  const stat = statOf(path);
  if (stat?.isDirectory()) {
    yield* visitDirectory({ name, path }, walk);
  } else if (stat?.isFile()) {
    if ((given || MANIFEST_NAME.test(name)) && isNew(realpathSync.native(path), walk)) yield { name, path };
  } else if (given || MANIFEST_NAME.test(name)) {
    report(walk.problems, name, 'this is not a file');
  }
}

function* visitDirectory({ name, path }: FoundFile, walk: Walk): Generator<FoundFile, undefined> {
  try {
    const real = realpathSync.native(path);
    if (!isNew(real, walk)) return;
    const entries = readdirSync(path, { withFileTypes: true });
    const inside = { name: folderPrefix(name), path: folderPrefix(path), real: folderPrefix(real) };
    for (const entry of entries.toSorted((one, other) => compareText(one.name, other.name))) {
      if (!entry.name.startsWith('.') && entry.name !== 'node_modules') yield* visitEntry(entry, inside, walk);
    }
  } catch (error) {
    report(walk.problems, name, `the folder cannot be read: ${wordFileError(error)}`);
  }
}

/** Of a plain file all is known from the listing: of ten thousand, to ask again would take a tenth of a second. */
function visitEntry(entry: Dirent, inside: Inside, walk: Walk): Iterable<FoundFile> {
  const found = { name: `${inside.name}${entry.name}`.replaceAll('\\', '/'), path: `${inside.path}${entry.name}` };
  if (entry.isDirectory()) return visitDirectory(found, walk);
  if (entry.isSymbolicLink()) return refuseLink(found, walk);
  if (!entry.isFile()) return visit(found, walk, false);
  return MANIFEST_NAME.test(entry.name) && isNew(`${inside.real}${entry.name}`, walk) ? [found] : [];
}

function refuseLink({ name }: FoundFile, { problems }: Walk): [] {
  report(problems, name, `this ${IS_A_LINK}`);
  return [];
}

/** What the entries of a directory begin with. */
interface Inside extends FoundFile {
  readonly real: string;
}

/** What the names of a directory's entries begin with, as `join` would have it. */
function folderPrefix(name: string): string {
  return join(name, '_').slice(0, -1);
}

function isNew(real: string, { seen }: Walk): boolean {
  return !seen.has(real) && seen.add(real) !== undefined;
}

function statOf(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A directory on the way may not be entered.
    return undefined;
  }
}

function readSource({ name, path }: FoundFile, problems: Problem[]): SourceFile | undefined {
  try {
    const bytes = readBytes(path);
    if (bytes !== undefined) return decode(name, bytes, problems);
    report(problems, name, 'the file is larger than 64 MB: that is no manifest');
  } catch (error) {
    report(problems, name, `the file cannot be read: ${wordFileError(error)}`);
  }
  return undefined;
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

function decode(name: string, bytes: Buffer, problems: Problem[]): SourceFile | undefined {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    report(problems, name, 'the file is UTF-16: save it as UTF-8');
    return undefined;
  }
  if (bytes.includes(0)) {
    report(problems, name, 'the file is binary, not text');
    return undefined;
  }
  if (isAscii(bytes)) return { name, text: bytes.toString('latin1') };
  try {
    // Drops a byte-order mark.
    return { name, text: UTF_8.decode(bytes) };
  } catch {
    report(problems, name, 'the file is not UTF-8 text: save it as UTF-8');
    return undefined;
  }
}

function report(problems: Problem[], name: string, message: string): void {
  problems.push({
    severity: 'error',
    rule: 'unreadable-file',
    message,
    place: { file: { name, text: '' }, offset: 0 },
  });
}

function wordFileError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ENOENT: 'it is gone',
    EISDIR: 'it is a directory',
    EMFILE: 'too many open files',
  };
  return known[code] ?? (code === '' ? 'unknown error' : code);
}
