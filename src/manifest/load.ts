import { buildManifest } from './build.ts';
import { Stretches, inOneGo, inStretches } from '../platform/stretches.ts';
import { ManifestFiles, readManifestFiles } from './files.ts';
import { locateProblems } from './syntax/locate.ts';
import { parseManifestFile } from './syntax/parse.ts';
import type { Manifest, Manifests, Problem, RawDocument, SourceFile, TargetManifest } from './types.ts';
import { checkManifest, checkManifests } from './validate.ts';

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
  if (early) await onTargets?.(targetsIn(trusted.files));
  const own = await found.read();
  const problems = [...own.problems, ...(trusted?.problems ?? [])];
  // Those that cannot be read count as well: findings are told to be in so many of them.
  const unread = new Set(problems.map(({ place }) => place.file.name));
  const files = own.files.length + (trusted?.files.length ?? 0) + unread.size;
  const builder = new FileBuilder(own.files, trusted?.files);
  builder.buildTargets();
  if (!early && builder.size() >= MANY_CHARACTERS) await onTargets?.(builder.targets());
  await builder.buildRest();
  return { ...(await inStretches(builder.conclude(problems))), files };
}

function targetsIn(files: readonly SourceFile[]): TargetManifest[] {
  const builder = new FileBuilder([], files);
  builder.buildTargets();
  return builder.targets();
}

/** Checks texts that were read already; pure. With `targetFiles`, Targets are those of these and no others. */
export function checkSources(
  files: readonly SourceFile[],
  targetFiles?: readonly SourceFile[],
  problems: readonly Problem[] = [],
): Omit<Manifests, 'files'> {
  const builder = new FileBuilder(files, targetFiles);
  for (const file of builder.files()) builder.build(file);
  return inOneGo(builder.conclude(problems));
}

/** Fewer manifests are read before a server has answered once. */
const MANY_FILES = 300;
const MANY_CHARACTERS = 128 * 1024;

/** Parses files in any order, and puts together what they hold in theirs. */
class FileBuilder {
  readonly #own: readonly SourceFile[];
  readonly #trusted: readonly SourceFile[] | undefined;
  readonly #built = new Map<SourceFile, BuiltFile>();

  constructor(own: readonly SourceFile[], trusted: readonly SourceFile[] | undefined) {
    this.#own = own;
    this.#trusted = trusted;
  }

  files(): readonly SourceFile[] {
    return [...this.#own, ...(this.#trusted ?? [])];
  }

  /** Characters to parse. */
  size(): number {
    return this.files().reduce((sum, { text }) => sum + text.length, 0);
  }

  build(file: SourceFile): void {
    if (!this.#built.has(file)) this.#built.set(file, buildFile(file));
  }

  /** A Target cannot be written without this word. */
  buildTargets(): void {
    for (const file of this.#trusted ?? this.#own) if (file.text.includes('Target')) this.build(file);
  }

  async buildRest(): Promise<void> {
    const stretches = new Stretches();
    for (const file of this.files()) {
      this.build(file);
      if (stretches.isOver()) await stretches.pause();
    }
  }

  /** Those that are without fault as far as they were built. */
  targets(): TargetManifest[] {
    return this.#of(this.#trusted ?? this.#own).flatMap(({ manifest, problems }) =>
      manifest?.kind === 'Target' && problems.length === 0 ? [manifest] : [],
    );
  }

  /** Yields where it may be interrupted. */
  *conclude(problems: readonly Problem[]): Generator<undefined, Omit<Manifests, 'files'>> {
    const separate = this.#trusted !== undefined;
    const own = this.#of(this.#own);
    // Nothing a pull request says in a Target may count, not even as a mistake; nor anything else beside the trusted ones.
    const ignored = separate ? own.filter(({ manifest }) => manifest?.kind === 'Target') : [];
    const kept = [
      ...own.filter(({ manifest }) => !separate || manifest?.kind !== 'Target'),
      ...this.#of(this.#trusted ?? []).filter(({ manifest }) => manifest === undefined || manifest.kind === 'Target'),
    ];
    const ofFiles = this.files().flatMap((file) => this.#built.get(file)?.problems ?? []);
    const found = [...problems, ...ofFiles, ...kept.flatMap((built) => built.problems)];
    const manifests = kept.flatMap(({ manifest }) => manifest ?? []);
    const alsoNamed = ignored.flatMap(({ manifest }) => manifest?.name ?? []);
    const sets = {
      apis: manifests.filter((manifest) => manifest.kind === 'Api'),
      clients: manifests.filter((manifest) => manifest.kind === 'Client'),
      targets: manifests.filter((manifest) => manifest.kind === 'Target'),
    };
    const checked = yield* checkManifests({ ...sets, alsoNamed });
    return { ...sets, findings: locateProblems([...found, ...checked]) };
  }

  #of(files: readonly SourceFile[]): Built[] {
    return files.flatMap((file) => this.#built.get(file)?.built ?? []);
  }
}

interface Built {
  readonly manifest: Manifest | undefined;
  readonly problems: readonly Problem[];
}

function checkDocument(document: RawDocument): Built {
  const { manifest, problems } = buildManifest(document);
  return manifest === undefined
    ? { manifest, problems }
    : { manifest: dropRaw(manifest), problems: [...problems, ...checkManifest(manifest)] };
}

/** What was written is needed again only where something may differ from it by target. */
function dropRaw(manifest: Manifest): Manifest {
  const { raw } = manifest;
  return 'overrides' in raw || 'targets' in raw ? manifest : { ...manifest, raw: {} };
}

interface BuiltFile {
  readonly built: readonly Built[];
  /** Of its syntax. */
  readonly problems: readonly Problem[];
}

function buildFile(file: SourceFile): BuiltFile {
  const { documents, problems } = parseManifestFile(file);
  const isEmpty = documents.length === 0 && problems.length === 0;
  return { built: documents.map(checkDocument), problems: isEmpty ? [emptyFile(file)] : problems };
}

/** A client whose manifest was emptied is deleted as one is whose file was removed, and nobody sees it in the folder. */
function emptyFile({ name }: SourceFile): Problem {
  const message = 'there is no manifest in this file: what it declared once is declared no more';
  return { severity: 'warning', rule: 'empty-file', message, place: { file: { name, text: '' }, offset: 0 } };
}
