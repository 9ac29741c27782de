import type { FormatOptions, TargetOptions } from '../../cli/command-line/options.ts';
import type { CommandIo } from '../../cli/context.ts';
import { openProvider } from '../../cli/open-target.ts';
import { resolveSelected } from '../../cli/targets.ts';
import type { Split } from '../../engine/import/plan-files.ts';
import type { ExistingManifests } from '../../engine/import/load-drafts.ts';
import type { DocumentContext } from '../../engine/import/manifest-values.ts';
import { today } from '../../cli/today.ts';
import { checkEstate, importTarget } from '../../engine/run/import-target.ts';
import type { ImportRequest, ImportSource } from '../../engine/run/import-target.ts';
import type { Manifests } from '../../manifest/manifests.ts';
import { GrantryError } from '../../model/errors.ts';
import type { ImportReport } from '../../model/import-report.ts';
import { systemClock } from '../../platform/clock.ts';
import { makeStyle, renderImport } from '../../report/index.ts';
import { openFolder } from './import-folder.ts';
import type { ImportFolder } from './import-folder.ts';

interface ImportOptions extends TargetOptions, FormatOptions {
  readonly select: readonly string[];
  readonly out: string | undefined;
  readonly ownerFrom: string | undefined;
  readonly split: Split;
  readonly check: boolean;
  readonly deliver: boolean;
}

/** Writes manifests of what is there at a target and declared by none. Nothing is written to the target. */
export async function runImport(options: ImportOptions, io: CommandIo): Promise<number> {
  const folder = openFolder(options, io.cwd);
  const loading = { ...options, manifests: options.check ? options.manifests : folder.manifests };
  const { manifests, states } = await resolveSelected(loading, io, {
    store: 'unused',
    onlyOne: 'import reads one target',
  });
  const [desired] = states;
  if (desired === undefined) throw new GrantryError('INVALID_INPUT', 'no target is selected');
  const source = { desired, provider: await openProvider(desired.target, io) };
  const report = options.check
    ? await checkEstate(source, options.select)
    : await importInto(folder, source, requestOf({ options, manifests, source, folder, io }));
  io.stdout.write(renderImport(report, { format: options.format, style: makeStyle(io.stdout) }));
  if (io.stdout.isTerminal) io.stderr.write(nextSteps(report));
  return options.check && report.shadow.length > 0 ? 1 : 0;
}

async function importInto(folder: ImportFolder, source: ImportSource, request: ImportRequest): Promise<ImportReport> {
  const { report, files } = await importTarget(source, request);
  folder.write(files);
  return report;
}

interface RequestParts {
  readonly options: ImportOptions;
  readonly manifests: Manifests;
  readonly source: ImportSource;
  readonly folder: ImportFolder;
  readonly io: CommandIo;
}

function requestOf({ options, manifests, source, folder, io }: RequestParts): ImportRequest {
  const { select, ownerFrom, split, deliver } = options;
  const { desired, provider } = source;
  const existing = existingOf(manifests, options, desired.target.name, io);
  const at = new Date(systemClock.now()).toISOString();
  return {
    select,
    input: {
      existing,
      drafting: {
        context: contextOf(manifests, source, deliver),
        provenance: { at, from: provider.describe() },
        ownerFrom,
        elsewhere: clientIdsOf(manifests.clients),
        taken: { apis: namesOf(manifests.apis), clients: namesOf(manifests.clients) },
      },
      split,
      ...folder.view(existing.files),
    },
  };
}

/** The files that the manifests were read from: Targets may come from others. */
function existingOf(
  { language, apis, clients, targets }: Manifests,
  options: ImportOptions,
  target: string,
  { env, cwd }: CommandIo,
): ExistingManifests {
  const isTrusted = options.targets !== undefined;
  const own = [...apis, ...clients, ...(isTrusted ? [] : targets)].map(({ file }) => file);
  return {
    language,
    files: [...new Set(own)],
    trusted: isTrusted ? [...new Set(targets.map(({ file }) => file))] : undefined,
    target,
    surroundings: { env, cwd, store: 'unused', today: today() },
  };
}

/** What goes for one of several Targets is not declared for the others. */
function contextOf({ targets }: Manifests, { desired: { target } }: ImportSource, deliver: boolean): DocumentContext {
  return {
    provider: target.provider.kind,
    onlyTarget: targets.length > 1 ? target.name : undefined,
    deliver,
  };
}

/** Of those that are declared for this Target none is imported again, so that they do no harm here. */
function clientIdsOf(clients: Manifests['clients']): ReadonlyMap<string, string> {
  return new Map(clients.map(({ name, spec }) => [spec?.clientId ?? name, name]));
}

function namesOf(manifests: readonly { readonly name: string }[]): ReadonlySet<string> {
  return new Set(manifests.map(({ name }) => name));
}

function nextSteps({ check, target, imported }: ImportReport): string {
  if (check || imported.length === 0) return '';
  return `Next:
  grantry validate
  grantry plan -t ${target} --adopt 'Client/*' --adopt 'Api/*'
`;
}
