import { BACKENDS } from '../../src/cli/backends.ts';
import { assembleManifests } from '../../src/manifest/assemble.ts';
import { makeLanguage } from '../../src/manifest/language.ts';
import type { Manifests } from '../../src/manifest/manifests.ts';
import { locateProblems } from '../../src/manifest/syntax/locate.ts';
import type { SourceFile } from '../../src/manifest/types.ts';

const LANGUAGE = makeLanguage(BACKENDS);

/** Checks texts as `loadManifests` checks files. */
export function checkSources(files: readonly SourceFile[]): Omit<Manifests, 'files'> {
  const { problems, ...manifests } = assembleManifests(LANGUAGE, files);
  return { ...manifests, findings: locateProblems(problems, LANGUAGE.keys) };
}
