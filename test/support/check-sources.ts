import { FileBuilder } from '../../src/manifest/file-builder.ts';
import { locateProblems } from '../../src/manifest/syntax/locate.ts';
import { parseManifestFile } from '../../src/manifest/syntax/parse-any.ts';
import type { Manifests, SourceFile } from '../../src/manifest/types.ts';
import { inOneGo } from '../../src/platform/stretches.ts';

/** Checks texts as `loadManifests` checks files. */
export function checkSources(files: readonly SourceFile[]): Omit<Manifests, 'files'> {
  const builder = new FileBuilder(files, undefined);
  for (const file of builder.left()) builder.add(file, parseManifestFile(file));
  const { problems, ...manifests } = inOneGo(builder.conclude());
  return { ...manifests, findings: locateProblems(problems) };
}
