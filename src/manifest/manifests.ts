import type { Finding } from '../model/finding.ts';
import type { Language } from './language.ts';
import type { ApiManifest, ClientManifest, TargetManifest } from './types.ts';

/** Everything that was loaded, in the order of files and documents, with all that is wrong with it. */
export interface Manifests {
  /** What they were read in. */
  readonly language: Language;
  readonly apis: readonly ApiManifest[];
  readonly clients: readonly ClientManifest[];
  readonly targets: readonly TargetManifest[];
  readonly findings: readonly Finding[];
  /** How many files were read. */
  readonly files: number;
}
