import type { Language } from '../language.ts';
import type { Manifests } from '../manifests.ts';
import type { Manifest, Problem } from '../types.ts';

/** Everything that was loaded, for rules that look at more than one target. */
export interface World extends Pick<Manifests, 'language' | 'apis' | 'clients' | 'targets'> {
  /** Names of Targets that are not used, but that manifests may name. */
  readonly alsoNamed: readonly string[];
  /** As `2027-03-31`, in UTC. */
  readonly today: string;
}

/** A rule on everything. */
export type WorldRule = (world: World) => Iterable<Problem>;

/** A rule on one document. */
export type ManifestRule = (manifest: Manifest, language: Language) => Iterable<Problem>;
