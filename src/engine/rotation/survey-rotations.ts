import pLimit from 'p-limit';
import { readIntent } from './rotation-intent.ts';
import { addressOf, nameOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { DesiredState } from '../../model/desired.ts';
import { isDeliveryOutdated, overlapName } from '../../model/rotation.ts';
import { isOurs } from '../../model/state.ts';
import type { ActualObject, ActualState } from '../../model/state.ts';
import type { DesiredObject, Endpoints } from '../../model/state.ts';
import { narrowDesired } from '../plan/narrow.ts';
import type { Store } from '../../stores/store.ts';
import { withinOwnPlaces } from '../survey/own-places.ts';
import type { TargetPorts } from '../survey/survey-target.ts';

/** Everything that rotations follow from. */
export interface RotationSurvey {
  readonly desired: DesiredState;
  readonly projected: readonly DesiredObject[];
  readonly actual: ActualState;
  readonly endpoints: Endpoints;
  /** Names of clients of which a run before left a rotation half-done. */
  readonly halfDone: ReadonlySet<string>;
}

const LOOKS_IN_FLIGHT = 8;

/** Reads all credentials, or those of some clients; of the store only what the listing shows to be unfinished. */
export async function surveyRotations(
  desired: DesiredState,
  { provider, store }: TargetPorts,
  names?: ReadonlySet<string>,
): Promise<RotationSurvey> {
  const only =
    names === undefined ? undefined : { addresses: addressesOf(desired, names), undeclared: [], ids: new Map() };
  const part = only === undefined ? desired : narrowDesired(desired, only.addresses);
  const options = only === undefined ? { forRotation: true } : { forRotation: true, only };
  const [found, endpoints] = await Promise.all([provider.read(part, options), provider.endpoints()]);
  const actual = withinOwnPlaces(found, desired.target);
  const halfDone = await findHalfDone(actual.objects, store, names);
  return { desired, projected: provider.project(desired), actual, endpoints, halfDone };
}

/** The clients, and the overlaps that they have. */
function addressesOf({ clients, overlaps }: DesiredState, names: ReadonlySet<string>): Set<Address> {
  return new Set([
    ...clients.filter(({ name }) => names.has(name)).map(({ name }) => addressOf('Client', name)),
    ...overlaps.map((seconds) => addressOf('Rotation', overlapName(seconds))),
  ]);
}

/**
 * A secret that is not the one delivered may have been changed by hand: the note at its place shows that. Where only `names`
 * matter, their notes are read in any case.
 */
async function findHalfDone(
  objects: readonly ActualObject[],
  store: Store,
  names: ReadonlySet<string> | undefined,
): Promise<Set<string>> {
  const limit = pLimit(LOOKS_IN_FLIGHT);
  const found = await Promise.all(
    objects.map(async (object) => {
      if (!isOurs(object) || object.credential?.delivered === undefined) return [];
      const { delivered } = object.credential;
      const matters = names?.has(nameOf(object.address)) === true || isDeliveryOutdated(object.credential);
      if (!matters || store.locate(delivered.path) !== delivered.place) return [];
      const entry = await limit(() => store.inspect(delivered.path));
      return entry?.mark === undefined || readIntent(entry.mark) === undefined ? [] : [nameOf(object.address)];
    }),
  );
  return new Set(found.flat());
}
