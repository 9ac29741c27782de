import { methodOf, rotationOf } from '../../credentials/registry.ts';
import type { PlannedDelivery, UpdateChange } from '../../model/plan.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Provider } from '../../providers/provider.ts';
import type { Store } from '../../stores/store.ts';
import { deliver, deliveryMark } from '../apply/deliver.ts';
import type { DeliveryOwner } from '../apply/deliver.ts';

export interface ReplacePorts {
  readonly provider: Pick<Provider, 'capabilities' | 'secrets' | 'markDelivered'>;
  readonly store: Store;
  readonly clock: Clock;
}

/**
 * Replaces a credential that anybody can guess, and ends what is left of the previous one. The new one lies in the store,
 * beside the present one, before the provider has it: a crash between any two writes loses none. Until then the next plan
 * finds the same; from then on it finds a document that is not finished. Returns the document's version.
 */
export async function replaceCredential(
  { id, after }: Pick<UpdateChange, 'id' | 'after'>,
  delivery: PlannedDelivery,
  owner: DeliveryOwner,
  leavePlace: () => Promise<void>,
  { provider, store, clock }: ReplacePorts,
): Promise<number> {
  const rotation = rotationOf(after);
  const { clientId, credential, createdAt = null } = await methodOf(after).read(id, provider);
  const client = { id, clientId, delivered: delivery, was: createdAt, stored: credential };
  const { issued, since, version } = await rotation.replace(client, {
    provider,
    clock,
    stage: async (held) => {
      await deliver(store, delivery, { clientId, held, createdAt: createdAt ?? undefined }, owner);
      // From the next write on nobody would know of the place before.
      await leavePlace();
    },
    deliver: async ({ credential: present, createdAt }, since) => {
      await rotation.endPrevious(id, provider);
      const written = since === undefined ? delivery : { ...delivery, since };
      return deliver(store, written, { clientId, held: { present }, createdAt }, owner);
    },
  });
  await provider.markDelivered(id, deliveryMark(delivery, issued.createdAt, since));
  return version;
}
