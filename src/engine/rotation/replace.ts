import type { PlannedDelivery } from '../../model/plan.ts';
import { PENDING } from '../../model/rotation.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Provider } from '../../providers/provider.ts';
import type { Store } from '../../stores/store.ts';
import { deliver, deliveryMark, makeSecret } from '../apply/deliver.ts';
import type { DeliveryOwner } from '../apply/deliver.ts';

export interface ReplacePorts {
  readonly provider: Pick<Provider, 'capabilities' | 'readCredential' | 'setSecret' | 'endOverlap' | 'markDelivered'>;
  readonly store: Store;
  readonly clock: Clock;
}

/**
 * Replaces a secret that anybody can guess, and ends what is left of the previous one. The new one is chosen here and lies
 * in the store, beside the present one, before it is set: a crash between any two of these writes loses none. Until it is
 * set the next plan finds the same; from then on it finds a document that is not finished. Returns the document's version.
 */
export async function replaceSecret(
  id: string,
  delivery: PlannedDelivery,
  owner: DeliveryOwner,
  leavePlace: () => Promise<void>,
  { provider, store, clock }: ReplacePorts,
): Promise<number> {
  const secret = makeSecret();
  const before = await provider.readCredential(id);
  const { clientId } = before;
  await deliver(store, delivery, { ...before, next: secret }, owner);
  // From the next write on nobody would know of the place before.
  await leavePlace();
  const since = Math.max(Math.floor(clock.now() / 1000), (before.createdAt ?? 0) + 1);
  const createdAt = provider.capabilities.secretChangeVisible ? since : undefined;
  const mark = deliveryMark(delivery, createdAt, since);
  await provider.setSecret(id, { secret, createdAt: since, delivery: { ...mark, facts: PENDING } });
  if (provider.capabilities.secretOverlap) await provider.endOverlap(id);
  const written = { ...delivery, pathIsEmpty: false, since };
  const version = await deliver(store, written, { clientId, secret, createdAt }, owner);
  await provider.markDelivered(id, mark);
  return version;
}
