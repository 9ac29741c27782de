import { assembleManifests } from '../../src/manifest/assemble.ts';
import { locateProblems } from '../../src/manifest/syntax/locate.ts';
import type { Manifests, SourceFile } from '../../src/manifest/types.ts';

/** Checks texts as `loadManifests` checks files. */
export function checkSources(files: readonly SourceFile[]): Omit<Manifests, 'files'> {
  const { problems, ...manifests } = assembleManifests(files);
  return { ...manifests, findings: locateProblems(problems) };
}
