import { buildManifest } from './build.ts';
import { readManifestFiles } from './files.ts';
import { locateProblems } from './syntax/locate.ts';
import { parseManifestFile } from './syntax/parse.ts';
import type { Manifest, Manifests, Problem, RawDocument, SourceFile } from './types.ts';
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
 * Reads and checks all manifests. What is wrong with them is in `findings`, all of it.
 * Throws INVALID_INPUT when a path does not exist or holds no manifest.
 */
export function loadManifests(options: LoadOptions): Manifests {
  const own = readManifestFiles(options.manifests, options.cwd);
  if (options.targets === undefined) {
    return { ...checkSources(own.files, [], own.problems), files: own.files.length };
  }
  const trusted = readManifestFiles([options.targets], options.cwd);
  const problems = [...own.problems, ...trusted.problems];
  return { ...checkSources(own.files, trusted.files, problems, true), files: own.files.length + trusted.files.length };
}

/** Checks texts that were read already; pure. With `separate`, Targets are those of `targetFiles` and no others. */
export function checkSources(
  files: readonly SourceFile[],
  targetFiles: readonly SourceFile[] = [],
  problems: readonly Problem[] = [],
  separate = false,
): Omit<Manifests, 'files'> {
  const own = buildFiles(files);
  const trusted = buildFiles(targetFiles);
  // Nothing a pull request says in a Target may count, not even as a mistake; nor anything else beside the trusted ones.
  const ignored = separate ? own.built.filter(({ manifest }) => manifest?.kind === 'Target') : [];
  const kept = [
    ...own.built.filter(({ manifest }) => !separate || manifest?.kind !== 'Target'),
    ...trusted.built.filter(({ manifest }) => manifest === undefined || manifest.kind === 'Target'),
  ];
  const found = [...problems, ...own.problems, ...trusted.problems, ...kept.flatMap((built) => built.problems)];
  const manifests = kept.flatMap(({ manifest }) => manifest ?? []);
  const alsoNamed = ignored.flatMap(({ manifest }) => manifest?.name ?? []);
  const sets = {
    apis: manifests.filter((manifest) => manifest.kind === 'Api'),
    clients: manifests.filter((manifest) => manifest.kind === 'Client'),
    targets: manifests.filter((manifest) => manifest.kind === 'Target'),
  };
  return { ...sets, findings: locateProblems([...found, ...checkManifests({ ...sets, alsoNamed })]) };
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

function buildFiles(files: readonly SourceFile[]): { built: Built[]; problems: Problem[] } {
  const built: Built[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const parsed = parseManifestFile(file);
    for (const problem of parsed.problems) {
      problems.push(problem);
    }
    for (const document of parsed.documents) {
      built.push(checkDocument(document));
    }
  }
  return { built, problems };
}
