import { GrantryError } from '../../model/errors.ts';
import type { PlannedDelivery } from '../../model/plan.ts';
import type { Store, StoreEntry } from '../../stores/store.ts';
import { readWhole } from './stored-credential.ts';
import { isHeldBy } from './credential-holder.ts';
import type { CredentialHolder } from './credential-holder.ts';
import { lostMark, obstacleTo, occupantOf } from './whose-document.ts';

/**
 * To be asked before anything is changed at the provider: whether the credential can be delivered once it is. Gives the
 * delivery as it may be carried out then. A document that lost its mark is the client's own where it holds the client's
 * present credential, and the client's mark at the provider names this place.
 */
export async function checkPlace(
  delivery: PlannedDelivery,
  stack: string,
  store: Pick<Store, 'inspect' | 'limits' | 'read'>,
  holder: CredentialHolder,
): Promise<PlannedDelivery> {
  const { path, place, client, adopt, alreadyDelivered } = delivery;
  const entry = await store.inspect(path);
  await refuseVanishing(place, entry, store);
  const isUnmarked = occupantOf(entry, { stack, client }).kind === 'unmarked';
  if (!isUnmarked || alreadyDelivered !== true || adopt === true) {
    refuseForeign(delivery, entry, stack);
    return delivery;
  }
  if (entry?.readable === true && !(await isHeldBy(holder, await readWhole(store, path))))
    throw lostMark(place, client);
  return { ...delivery, adopt: true };
}

/** The plan looked at the place, but that was then: nothing of somebody else is ever written over. */
export function refuseForeign(delivery: PlannedDelivery, entry: StoreEntry | undefined, stack: string): void {
  const obstacle = obstacleTo(delivery, occupantOf(entry, { stack, client: delivery.client }));
  if (obstacle !== undefined) throw new GrantryError('CONFLICT', obstacle.reason, { hint: obstacle.hint });
}

/** What grantry keeps must not be deleted by the store: reported before anything is changed, as no write can overrule it. */
export async function refuseVanishing(
  place: string,
  entry: StoreEntry | undefined,
  store: Pick<Store, 'limits'>,
): Promise<void> {
  const vanishing = entry?.limits?.vanishing ?? (await store.limits()).vanishing;
  if (vanishing === undefined) return;
  throw new GrantryError('FAILED', `the store would delete what is written to ${place}, ${vanishing.after} after it`, {
    hint: vanishing.hint,
  });
}
