import { addressOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { DesiredState } from '../../model/desired.ts';
import type { TargetPart } from '../../model/plan.ts';
import { overlapName, overlapsOf } from '../../model/rotation.ts';
import { findChanged } from './changed.ts';
import type { OldManifests, OldManifestsRequest } from './old-manifests.ts';
import { addressesOf, parseOnly } from './only.ts';
import type { Manifests } from '../manifests.ts';

/** What the user asks for. */
export interface PartOptions {
  /** Addresses, and globs of them. */
  readonly only: readonly string[];
  /** A commit of git. */
  readonly changedSince: string | undefined;
  readonly manifests: readonly string[];
  readonly targets: string | undefined;
}

/** Where git is asked, and with what. */
interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Whether only parts of the targets are to be looked at. */
function selectsParts({ only, changedSince }: PartOptions): boolean {
  return only.length > 0 || changedSince !== undefined;
}

/**
 * What `--only` and `--changed-since` select of a target, by its name; undefined where there is neither. Both: what both
 * select. Asks git, and no server.
 */
export async function selectParts(
  options: PartOptions,
  { manifests, states }: { readonly manifests: Manifests; readonly states: readonly DesiredState[] },
  { env, cwd }: Surroundings,
): Promise<ReadonlyMap<string, TargetPart> | undefined> {
  if (!selectsParts(options)) return undefined;
  const { only, changedSince: ref, manifests: paths, targets } = options;
  const isNamed = only.length === 0 ? () => true : parseOnly(only, states);
  const old =
    ref === undefined
      ? undefined
      : await readOld({ language: manifests.language, ref, manifests: paths, targets, cwd, env });
  return new Map(
    states.map((desired): [string, TargetPart] => {
      const { addresses, undeclared } =
        old === undefined
          ? { addresses: addressesOf(desired).toSorted(), undeclared: [] }
          : findChanged(desired, manifests.targets, old, env);
      const declared = new Set(addressesOf(desired));
      // What --only names is never deleted.
      const chosen = addresses.filter((address) => only.length === 0 || (declared.has(address) && isNamed(address)));
      const since = old === undefined ? {} : { changedSince: old.changedSince };
      const part = {
        only,
        ...since,
        addresses: withOverlaps(chosen, desired),
        undeclared: only.length === 0 ? undeclared : [],
      };
      return [desired.target.name, part];
    }),
  );
}

async function readOld(request: OldManifestsRequest): Promise<OldManifests> {
  const { readOldManifests } = await import('./old-manifests.ts');
  return readOldManifests(request);
}

/** With the overlaps that the clients among them are to have: before those are set up nothing may be written to them. */
function withOverlaps(addresses: readonly Address[], { clients, overlaps }: DesiredState): Address[] {
  const chosen = new Set(addresses);
  const some = clients.filter(({ name }) => chosen.has(addressOf('Client', name)));
  const wanted = overlapsOf(some).filter((seconds) => overlaps.includes(seconds));
  for (const seconds of wanted) chosen.add(addressOf('Rotation', overlapName(seconds)));
  return [...chosen].toSorted();
}
