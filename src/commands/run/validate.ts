import { loadManifests } from '../../manifest/load.ts';
import { renderAnnotations } from '../../report/annotations.ts';
import { renderValidationJson, renderValidationMarkdown, renderValidationText } from '../../report/findings.ts';
import type { ValidationReport } from '../../report/findings.ts';
import { makeStyle } from '../../report/style.ts';
import type { FormatOptions, ManifestOptions } from '../../cli/command-line/options.ts';
import type { CommandIo, Format } from '../../cli/context.ts';

/** Checks all manifests for all targets, offline and without the environment. */
export async function runValidate(
  { manifests, targets, format }: ManifestOptions & FormatOptions,
  io: CommandIo,
): Promise<number> {
  const loaded = loadManifests({ manifests, targets, cwd: io.cwd });
  const report: ValidationReport = {
    files: loaded.files,
    apis: loaded.apis.length,
    clients: loaded.clients.length,
    targets: loaded.targets.length,
    findings: loaded.findings,
  };
  io.stdout.write(render(report, format, io));
  if (io.env['GITHUB_ACTIONS'] === 'true') io.stderr.writeCommands(renderAnnotations(report.findings));
  return loaded.findings.some((finding) => finding.severity === 'error') ? 1 : 0;
}

function render(report: ValidationReport, format: Format, io: CommandIo): string {
  if (format === 'json') {
    return renderValidationJson(report);
  }
  return format === 'markdown' ? renderValidationMarkdown(report) : renderValidationText(report, makeStyle(io.stdout));
}
