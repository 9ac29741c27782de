import { backendsOf } from '../../cli/backends.ts';
import { loadManifests } from '../../manifest/load.ts';
import { makeStyle, renderAnnotations, renderValidation } from '../../report/index.ts';
import type { FormatOptions, ManifestOptions } from '../../cli/command-line/options.ts';
import type { CommandIo } from '../../cli/context.ts';
import { today } from '../../cli/today.ts';

/** Checks all manifests for all targets, offline and without the environment. */
export async function runValidate(
  { manifests, targets, format }: ManifestOptions & FormatOptions,
  io: CommandIo,
): Promise<number> {
  const loaded = loadManifests({ backends: backendsOf(io), manifests, targets, cwd: io.cwd, today: today() });
  const report = {
    files: loaded.files,
    apis: loaded.apis.length,
    clients: loaded.clients.length,
    targets: loaded.targets.length,
    findings: loaded.findings,
  };
  io.stdout.write(renderValidation(report, { format, style: makeStyle(io.stdout) }));
  if (io.env['GITHUB_ACTIONS'] === 'true') io.stderr.writeCommands(renderAnnotations(report.findings));
  return loaded.findings.some((finding) => finding.severity === 'error') ? 1 : 0;
}
