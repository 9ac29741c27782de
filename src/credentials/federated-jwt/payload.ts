import type { FederatedIdentity } from '../../model/secrets/credential.ts';
import type { Payload, PayloadUpdate } from '../../stores/store.ts';
import type { Slot } from '../method.ts';

const KEYS = { alias: 'issuer_alias', subject: 'subject' } as const;

/** Nothing of it is secret, and no other one is ever kept beside it. */
export const payloadKeys = {
  present: { [KEYS.alias]: 'public', [KEYS.subject]: 'public' },
  next: {},
  previous: {},
} as const;

export function toPayload({ alias, subject }: FederatedIdentity, slot: Slot): PayloadUpdate {
  return slot === 'present' ? { [KEYS.alias]: alias, [KEYS.subject]: subject } : {};
}

export function fromPayload(payload: Payload, slot: Slot): FederatedIdentity | undefined {
  const [alias, subject] = [payload[KEYS.alias], payload[KEYS.subject]];
  if (slot !== 'present' || typeof alias !== 'string' || typeof subject !== 'string') return undefined;
  return { kind: 'federated-jwt', alias, subject };
}
