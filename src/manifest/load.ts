import { assembleManifests } from './assemble.ts';
import { readManifestFiles } from './files.ts';
import { locateProblems } from './syntax/locate.ts';
import type { Backends } from './backends.ts';
import { makeLanguage } from './language.ts';
import type { Manifests } from './manifests.ts';

/** Where to find manifests. */
export interface LoadOptions {
  /** What Targets may name. */
  readonly backends: Backends;
  /** Directories and files. */
  readonly manifests: readonly string[];
  /** Take Targets from here only: a directory or file that a pull request cannot change. */
  readonly targets?: string | undefined;
  /** What relative paths are relative to. */
  readonly cwd: string;
  /** As `2027-03-31`, in UTC: some access may end soon. */
  readonly today: string;
}

/**
 * Reads and checks all manifests. What is wrong with them is in `findings`, all of it. Throws INVALID_INPUT when a path does
 * not exist or holds no manifest.
 */
export function loadManifests({ backends, manifests: paths, targets, cwd, today }: LoadOptions): Manifests {
  const language = makeLanguage(backends);
  const own = readManifestFiles(paths, cwd);
  const trusted = targets === undefined ? undefined : readManifestFiles([targets], cwd);
  const unreadable = [...own.problems, ...(trusted?.problems ?? [])];
  const { problems, ...manifests } = assembleManifests(language, own.files, { trusted: trusted?.files, today });
  // Those that cannot be read count as well: findings say how many files they are in.
  const unread = new Set(unreadable.map(({ place }) => place.file.name));
  const files = own.files.length + (trusted?.files.length ?? 0) + unread.size;
  return { ...manifests, files, findings: locateProblems([...unreadable, ...problems], language.keys) };
}
