import { nameOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { DesiredState } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';
import type { Estate, LeftOut } from '../../model/estate.ts';
import { compareText } from '../../manifest/values.ts';
import type { Provider } from '../../providers/provider.ts';
import { draftEstate, proposalFor } from './draft-estate.ts';
import type { DraftOptions } from './draft-estate.ts';
import type { Draft } from './draft.ts';
import { keepUnchanged } from './keep-unchanged.ts';
import { keepValid } from './keep-valid.ts';
import type { Kept } from './keep-valid.ts';
import { judge } from './load-drafts.ts';
import type { ExistingManifests } from './load-drafts.ts';
import { ownerOf } from './naming/owner.ts';
import { planFiles } from './plan-files.ts';
import type { FilePlan, FolderView, Remark, Split } from './plan-files.ts';
import { sortEstate } from './sort-estate.ts';
import type { SortedEstate } from './sort-estate.ts';

/** What an import goes by beside what is there. */
export interface ImportInput {
  readonly existing: ExistingManifests;
  /** What the existing manifests declare in the target. */
  readonly desired: DesiredState;
  readonly drafting: DraftOptions;
  readonly split: Split;
  readonly folder: FolderView;
  /** How a file of that folder is named among those that manifests were read from. */
  readonly pathOf: (name: string) => string;
  /** Only some clients were asked for: of Apis those alone that they may call. */
  readonly onlyNeeded: boolean;
}

/** What comes of an estate. */
export interface Imported extends Omit<SortedEstate, 'apis' | 'clients'> {
  readonly drafts: readonly Draft[];
  readonly files: readonly FilePlan[];
  /** What carries the mark of the stack and nobody declares: the very next plan would delete it. */
  readonly deleted: readonly Address[];
}

/**
 * Manifests of what no manifest declares yet. What they would change is found out before they are written, by the rules and the
 * plan that would show it, and left out: adopting the rest changes nothing.
 */
export async function importEstate(estate: Estate, input: ImportInput, provider: Provider): Promise<Imported> {
  const { existing, desired, drafting } = input;
  const { apis, clients, ...sorted } = sortEstate(estate, desired, input.onlyNeeded);
  const drafted = draftEstate({ apis, clients }, desired, drafting);
  const kept = await keepUnchanged(keepValid(drafted, existing), existing, provider);
  const leftOut = [...sorted.leftOut, ...kept.leftOut].toSorted(byId);
  const files = planFiles(kept.drafts, remarksOn(leftOut, kept, input), input);
  requireAsChecked(files, kept, input);
  return { ...sorted, leftOut, drafts: kept.drafts, files, deleted: kept.deleted };
}

function byId(one: LeftOut, other: LeftOut): number {
  return compareText(one.kind, other.kind) || compareText(one.id, other.id);
}

function remarksOn(leftOut: readonly LeftOut[], { drafts }: Kept, { desired, drafting }: ImportInput): Remark[] {
  const apis = new Map([
    ...desired.apis.map(({ audience, name }) => [audience, name] as const),
    ...drafts.flatMap(({ kind, id, address }) => (kind === 'Api' ? [[id, nameOf(address)] as const] : [])),
  ]);
  // Of what others answer for nobody here has anything to do.
  return leftOut
    .filter(({ reason }) => reason !== 'other-stack')
    .map((object) => ({
      owner: ownerOf(object, drafting.ownerFrom),
      object,
      proposal: proposalFor(object, apis, drafting),
    }));
}

/** What was checked object by object must be what the files say as a whole, beside what was there before. */
function requireAsChecked(files: readonly FilePlan[], { drafts }: Kept, { existing, pathOf }: ImportInput): void {
  const added = files.map(({ name, text }) => ({ name: pathOf(name), text }));
  const replaced = new Set(added.map(({ name }) => name));
  const others = existing.files.filter(({ name }) => !replaced.has(name));
  const whole = judge({ ...existing, files: others }, added);
  const parts = judge(
    existing,
    drafts.map(({ address, text }) => ({ name: address, text })),
  );
  const isValid = whole.ofNew.size === 0 && whole.ofExisting === undefined;
  if (isValid && declaredBy(whole.resolve()) === declaredBy(parts.resolve())) return;
  throw new GrantryError('FAILED', 'the files would not say what was checked: nothing was written');
}

/** Without the places where it is declared. */
function declaredBy({ apis, clients }: DesiredState): string {
  const known = [...apis, ...clients].map(({ position: _position, ...rest }) => rest);
  return JSON.stringify(known);
}
