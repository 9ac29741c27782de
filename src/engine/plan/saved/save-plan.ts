import type { DesiredState } from '../../../model/desired.ts';
import type { Json } from '../../../model/values/json.ts';
import type { Plan } from '../../../model/plan.ts';
import type { SavedDesired, SavedPlan } from '../../../model/saved-plan.ts';
import { objectsByAddress } from '../../../model/state.ts';
import type { ActualState } from '../../../model/state.ts';
import { digestOf, fingerprintOf } from './fingerprint.ts';
import { narrowDesired } from '../narrow.ts';

/** The plan with everything that a later apply needs to carry out exactly it, or to notice that it cannot. */
export function savePlan(
  plan: Plan,
  { desired, actual }: { readonly desired: DesiredState; readonly actual: ActualState },
  { tool, createdAt, lastApply }: Pick<SavedPlan, 'tool' | 'createdAt' | 'lastApply'>,
): SavedPlan {
  const actualOf = objectsByAddress(actual);
  const { review: _review, ...lasting } = plan;
  const part = savedDesired(narrowDesired(desired, new Set(plan.changes.map(({ address }) => address))));
  return {
    formatVersion: 2,
    kind: 'plan',
    tool,
    createdAt,
    lastApply,
    ...lasting,
    changes: plan.changes.map((change) => {
      const present = actualOf.get(change.address);
      const secretMadeAt = present?.credential?.createdAt ?? null;
      return { ...change, fingerprint: fingerprintOf(present), secretMadeAt };
    }),
    desired: part,
    desiredDigest: desiredDigest(part),
  };
}

/** What a plan's changes follow from, ready to be written: where it stood in the manifests does not matter. */
export function savedDesired({ apis, clients, overlaps }: DesiredState): SavedDesired {
  return {
    apis: apis.map(({ position: _position, ...api }) => api),
    clients: clients.map(({ position: _position, ...client }) => client),
    overlaps: [...overlaps],
  };
}

export function desiredDigest(desired: SavedDesired): string {
  // Through JSON once: what is undefined is absent there, as it will be when the file is read back.
  const plain: Json = JSON.parse(JSON.stringify(desired));
  return digestOf(plain);
}

/** How the ledger names the apply of a saved plan, however often it takes to finish it. */
export function applyIdOf(saved: SavedPlan): string {
  const plain: Json = JSON.parse(JSON.stringify(saved));
  return digestOf(plain);
}
