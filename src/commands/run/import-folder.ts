import { mkdirSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { HEADER } from '../../engine/import/plan-files.ts';
import type { FilePlan, FolderView } from '../../engine/import/plan-files.ts';
import type { ImportInput } from '../../engine/import/import-estate.ts';
import type { SourceFile } from '../../manifest/types.ts';
import { isKind } from '../../model/address.ts';
import { GrantryError } from '../../model/errors.ts';
import { linkOnTheWay } from '../../platform/links.ts';
import { writeWhole } from '../../platform/write-whole.ts';

/** The folder that import writes to. */
export interface ImportFolder {
  /** What is to be read as manifests: what import wrote there before counts, also where `--manifests` leaves it out. */
  readonly manifests: readonly string[];
  /** What lies there, and how its files are named among those that were read. */
  view(known: readonly SourceFile[]): Pick<ImportInput, 'folder' | 'pathOf'>;
  write(files: readonly FilePlan[]): void;
}

export interface FolderOptions {
  readonly out: string | undefined;
  readonly manifests: readonly string[];
}

/** The folder of `--out`, which need not be there yet; by default the first one of `--manifests`. */
export function openFolder({ out, manifests }: FolderOptions, cwd: string): ImportFolder {
  const name = out ?? firstFolder(manifests, cwd);
  const path = resolve(cwd, name);
  return {
    manifests: out !== undefined && holdsManifests(path) ? [...manifests, out] : manifests,
    view: (known) => ({ folder: readFolder(path), pathOf: pathIn({ name, path }, known, cwd) }),
    write: (files) => writeFiles(path, files, cwd),
  };
}

function firstFolder(manifests: readonly string[], cwd: string): string {
  const [first = 'manifests'] = manifests;
  if (statSync(resolve(cwd, first), { throwIfNoEntry: false })?.isFile() !== true) return first;
  throw new GrantryError('INVALID_INPUT', `--manifests ${first} is a file, so where to write is not known`, {
    hint: 'Name a folder with --out DIR.',
  });
}

function holdsManifests(path: string): boolean {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder && readdirSync(path, { recursive: true, encoding: 'utf8' }).some((name) => /\.ya?ml$/i.test(name));
}

/** The text of files that import wrote, by name; whatever else is there stands in the way of its name. */
function readFolder(path: string): FolderView {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return new Map();
  const entries = readdirSync(path, { withFileTypes: true });
  return new Map(
    entries.map((entry) => [entry.name, entry.isFile() ? textOfImport(join(path, entry.name), entry.name) : undefined]),
  );
}

/** On a disk that tells capitals from small letters a file with capitals is another one than import would write. */
function textOfImport(path: string, name: string): string | undefined {
  if (name !== name.toLowerCase() || !name.endsWith('.yaml')) return undefined;
  const text = readFileSync(path, 'utf8');
  return text.startsWith(HEADER.trimEnd()) ? text : undefined;
}

/** A file that was read as a manifest keeps the name by which it was. */
function pathIn(folder: { readonly name: string; readonly path: string }, known: readonly SourceFile[], cwd: string) {
  const names = new Map(known.map(({ name }) => [realPath(resolve(cwd, name)), name]));
  return (file: string): string => {
    const shown = join(folder.name, file).replaceAll('\\', '/');
    return names.get(realPath(join(folder.path, file))) ?? shown;
  };
}

function realPath(path: string): string {
  return statSync(path, { throwIfNoEntry: false }) === undefined ? path : realpathSync.native(path);
}

/** Each file is there whole or not at all; what was written before one that cannot be counts as declared the next time. */
function writeFiles(folder: string, files: readonly FilePlan[], cwd: string): void {
  if (files.length === 0) return;
  const link = linkOnTheWay(folder, cwd);
  if (link !== undefined) {
    throw new GrantryError(
      'INVALID_INPUT',
      `${relative(cwd, link) || link} is a symbolic link, and manifests are not read through links`,
      {
        hint: 'Name the folder itself with --out DIR. Nothing was written.',
      },
    );
  }
  for (const file of files) refuseChanged(folder, file);
  // Clients need their Apis: a run that is killed in between leaves what is valid.
  const apisFirst = files.toSorted((one, other) => Number(holdsApis(other)) - Number(holdsApis(one)));
  for (const { name, text } of apisFirst) writeManifest(join(folder, name), text);
}

function holdsApis({ documents }: FilePlan): boolean {
  return documents.some((address) => isKind(address, 'Api'));
}

/** Somebody may have written to it while the provider was read. */
function refuseChanged(folder: string, { name, isNew, text }: FilePlan): void {
  const path = join(folder, name);
  const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined;
  // To what it wrote before import only adds.
  if (isNew ? !isThere : isThere && text.startsWith(readFileSync(path, 'utf8'))) return;
  throw new GrantryError('CONFLICT', `${path} was changed while the provider was read: nothing was written`, {
    hint: 'Run it again.',
  });
}

function writeManifest(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(path, text, 0o644);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new GrantryError('FAILED', `the manifests cannot be written to ${path} (${code})`, {
      hint: 'Run it again when that is repaired: what was written is declared by then.',
      cause: error,
    });
  }
}
