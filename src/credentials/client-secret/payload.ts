import type { ClientSecret } from '../../model/secrets/credential.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { Payload, PayloadUpdate } from '../../stores/store.ts';
import type { Slot } from '../method.ts';
import { clientSecret } from './make.ts';

const KEYS = { present: 'client_secret', next: 'client_secret_next', previous: 'client_secret_previous' } as const;

export const payloadKeys = {
  present: { [KEYS.present]: 'secret' },
  next: { [KEYS.next]: 'secret' },
  previous: { [KEYS.previous]: 'secret' },
} as const;

export function toPayload({ secret }: ClientSecret, slot: Slot): PayloadUpdate {
  return { [KEYS[slot]]: secret };
}

export function fromPayload(payload: Payload, slot: Slot): ClientSecret | undefined {
  const secret = payload[KEYS[slot]];
  return secret instanceof Secret ? clientSecret(secret) : undefined;
}
