import { backendsOf } from './backends.ts';
import { loadManifests } from '../manifest/load.ts';
import type { Manifests } from '../manifest/manifests.ts';
import { InvalidManifests } from '../model/errors.ts';
import { makeStyle, renderFindings } from '../report/index.ts';
import type { ManifestOptions } from './command-line/options.ts';
import type { CommandIo } from './context.ts';
import { today } from './today.ts';

/**
 * The manifests, for commands that act on them: writes what is wrong to stderr, and throws INVALID_INPUT
 * when any of it is an error.
 */
export function loadValidManifests({ manifests: paths, targets }: ManifestOptions, io: CommandIo): Manifests {
  const manifests = loadManifests({ backends: backendsOf(io), manifests: paths, targets, cwd: io.cwd, today: today() });
  if (manifests.findings.length > 0) {
    io.stderr.write(`${renderFindings(manifests.findings, makeStyle(io.stderr))}\n`);
  }
  const errors = manifests.findings.filter((finding) => finding.severity === 'error').length;
  if (errors > 0) {
    const message = errors === 1 ? 'there is an error in the manifests' : `there are ${errors} errors in the manifests`;
    throw new InvalidManifests(`${message}: nothing was changed`, manifests.findings);
  }
  return manifests;
}
