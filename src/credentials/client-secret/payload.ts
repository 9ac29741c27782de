import type { ClientSecret } from '../../model/secrets/credential.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { Payload, PayloadUpdate } from '../../stores/store.ts';
import type { HeldCredential } from '../method.ts';
import { clientSecret } from './make.ts';

const PRESENT = 'client_secret';
const NEXT = 'client_secret_next';

export const payloadKeys = { [PRESENT]: 'secret', [NEXT]: 'secret' } as const;

export function toPayload({ present, next }: HeldCredential<ClientSecret>): PayloadUpdate {
  return { [PRESENT]: present.secret, [NEXT]: next?.secret ?? null };
}

export function fromPayload({ [PRESENT]: present, [NEXT]: next }: Payload): HeldCredential<ClientSecret> | undefined {
  if (!(present instanceof Secret)) return undefined;
  return { present: clientSecret(present), ...(next instanceof Secret ? { next: clientSecret(next) } : {}) };
}
