import type { Finding } from '../model/finding.ts';
import { Stretches, inStretches } from '../platform/stretches.ts';
import { FileBuilder } from './file-builder.ts';
import { ManifestFiles, readManifestFiles } from './files.ts';
import { parsePlain } from './syntax/parse-plain.ts';
import type { Manifests, Problem, SourceFile, TargetManifest } from './types.ts';

/** Where to find manifests. */
export interface LoadOptions {
  /** Directories and files. */
  readonly manifests: readonly string[];
  /** Take Targets from here only: a directory or file that a pull request cannot change. */
  readonly targets?: string | undefined;
  /** What relative paths are relative to. */
  readonly cwd: string;
}

/**
 * Where there are so many manifests that their reading takes a while: told of the Targets as soon as they are read. What is
 * wrong elsewhere is not known by then. The other manifests wait until it has begun what goes on beside them.
 */
export type OnTargets = (targets: readonly TargetManifest[]) => Promise<void>;

/**
 * Reads and checks all manifests. What is wrong with them is in `findings`, all of it. Lets other work go on in between:
 * thousands of manifests take a second. Throws INVALID_INPUT when a path does not exist or holds no manifest.
 */
export async function loadManifests(options: LoadOptions, onTargets?: OnTargets): Promise<Manifests> {
  const found = new ManifestFiles(options.manifests, options.cwd);
  const trusted = options.targets === undefined ? undefined : await readManifestFiles([options.targets], options.cwd);
  const early = trusted !== undefined && found.hasAtLeast(MANY_FILES);
  if (early) {
    const builder = new FileBuilder([], trusted.files);
    await parseInto(builder, builder.mayHoldTargets());
    await onTargets?.(builder.targets());
  }
  const own = await found.read();
  const problems = [...own.problems, ...(trusted?.problems ?? [])];
  // Those that cannot be read count as well: findings are told to be in so many of them.
  const unread = new Set(problems.map(({ place }) => place.file.name));
  const files = own.files.length + (trusted?.files.length ?? 0) + unread.size;
  const builder = new FileBuilder(own.files, trusted?.files);
  if (!early && sizeOf([...own.files, ...(trusted?.files ?? [])]) >= MANY_CHARACTERS) {
    await parseInto(builder, builder.mayHoldTargets());
    await onTargets?.(builder.targets());
  }
  await parseInto(builder, builder.left());
  const { problems: more, ...manifests } = await inStretches(builder.conclude());
  return { ...manifests, files, findings: await findingsOf([...problems, ...more]) };
}

/** The library that reads all of YAML is loaded for the first file that takes it: nearly all commands do without. */
async function parseInto(builder: FileBuilder, files: Iterable<SourceFile>): Promise<void> {
  const stretches = new Stretches();
  let library: typeof import('./syntax/parse-any.ts') | undefined;
  for (const file of files) {
    const plain = parsePlain(file);
    if (plain !== undefined) {
      builder.add(file, { documents: plain, problems: [] });
    } else {
      library ??= await import('./syntax/parse-any.ts');
      builder.add(file, library.parseAnyFile(file));
    }
    if (stretches.isOver()) await stretches.pause();
  }
}

async function findingsOf(problems: readonly Problem[]): Promise<readonly Finding[]> {
  if (problems.length === 0) return [];
  const { locateProblems } = await import('./syntax/locate.ts');
  return locateProblems(problems);
}

function sizeOf(files: readonly SourceFile[]): number {
  return files.reduce((sum, { text }) => sum + text.length, 0);
}

/** Fewer manifests are read before a server has answered once. */
const MANY_FILES = 300;
const MANY_CHARACTERS = 128 * 1024;
