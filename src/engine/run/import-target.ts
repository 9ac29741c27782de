import { GrantryError } from '../../model/errors.ts';
import type { Estate } from '../../model/estate.ts';
import type { ImportReport } from '../../model/import-report.ts';
import type { DesiredState } from '../../model/desired.ts';
import { nameSome } from '../../model/text/counting.ts';
import type { Provider } from '../../providers/provider.ts';
import { clientMatcher } from '../import/client-globs.ts';
import { importEstate } from '../import/import-estate.ts';
import type { Imported, ImportInput } from '../import/import-estate.ts';
import { sortEstate } from '../import/sort-estate.ts';
import type { FilePlan } from '../import/plan-files.ts';

export interface ImportRequest {
  /** Globs on client_ids; none: all clients. */
  readonly select: readonly string[];
  /** Everything else that an import goes by. */
  readonly input: Omit<ImportInput, 'desired' | 'onlyNeeded'>;
}

/** What there is to write, and what is to be said of it. */
export interface ImportPlan {
  readonly report: ImportReport;
  readonly files: readonly FilePlan[];
}

/** The side of a target that is imported from: the store is no part of it. */
export interface ImportSource {
  readonly desired: DesiredState;
  readonly provider: Provider;
}

/** Reads what is there and finds out which manifests declare it. Writes nothing, neither to the target nor to a disk. */
export async function importTarget(source: ImportSource, { select, input }: ImportRequest): Promise<ImportPlan> {
  const { desired, provider } = source;
  const estate = await readEstate(source, select);
  const imported = await importEstate(estate, { ...input, desired, onlyNeeded: select.length > 0 }, provider);
  const report = { ...headOf(source), check: false, ...reportOn(imported, input.pathOf) };
  const notices = [...noticesOf(imported, select), ...deletionNotices(imported)];
  return { report: { ...report, notices }, files: imported.files };
}

/** Looks for clients that no manifest declares, and makes none for them. */
export async function checkEstate(source: ImportSource, select: readonly string[]): Promise<ImportReport> {
  const estate = await readEstate(source, select);
  const { apis: _apis, clients: _clients, ...sorted } = sortEstate(estate, source.desired, true);
  return { ...headOf(source), check: true, ...sorted, notices: noticesOf(sorted, select), imported: [], files: [] };
}

const MOST_NAMED = 10;

/** What is left as it is by an import is not by a plan, where it is the stack's own. */
function deletionNotices({ deleted }: Imported): string[] {
  if (deleted.length === 0) return [];
  return [
    `A plan would delete ${nameSome(deleted, MOST_NAMED)}: no manifest declares what carries the mark of this stack. Declare it by hand, or take grantry's mark from it, before you apply.`,
  ];
}

/** Of clients that were not asked for nothing is known, so of an entry that ignores none of the others neither. */
function noticesOf({ notices }: Pick<ImportReport, 'notices'>, select: readonly string[]): readonly string[] {
  return select.length === 0 ? notices : [];
}

function headOf({ desired: { target }, provider }: ImportSource): Pick<ImportReport, 'target' | 'stack' | 'provider'> {
  return { target: target.name, stack: target.stack, provider: provider.describe() };
}

async function readEstate({ desired, provider }: ImportSource, select: readonly string[]): Promise<Estate> {
  if (provider.readEstate === undefined) {
    throw new GrantryError('INVALID_INPUT', `grantry cannot import from ${provider.describe()}`, {
      hint: 'Declare what is there by hand, and adopt it with: grantry plan --adopt',
    });
  }
  return provider.readEstate(desired, { isSelected: select.length === 0 ? () => true : clientMatcher(select) });
}

function reportOn(
  { drafts, files, leftOut, declared, ignored, shadow }: Imported,
  pathOf: (name: string) => string,
): Omit<ImportReport, 'target' | 'stack' | 'provider' | 'check' | 'notices'> {
  const fileOf = new Map(files.flatMap(({ name, documents }) => documents.map((address) => [address, name] as const)));
  return {
    imported: drafts.map(({ address, id, owner, kind, source }) => {
      const name = fileOf.get(address);
      return {
        address,
        id,
        owner,
        lastUsed: kind === 'Client' ? source.lastUsed : undefined,
        file: name === undefined ? undefined : pathOf(name),
      };
    }),
    leftOut,
    declared,
    ignored,
    shadow,
    files: files.map(({ name, isNew, documents }) => ({ path: pathOf(name), isNew, documents: documents.length })),
  };
}
