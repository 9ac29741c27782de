import type { ClientSecret } from '../../model/secrets/credential.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { Payload, PayloadUpdate } from '../../stores/store.ts';
import type { HeldCredential } from '../method.ts';
import { clientSecret } from './make.ts';

const PRESENT = 'client_secret';
const NEXT = 'client_secret_next';
const PREVIOUS = 'client_secret_previous';

export const payloadKeys = { [PRESENT]: 'secret', [NEXT]: 'secret', [PREVIOUS]: 'secret' } as const;

export function toPayload({ present, next, previous }: HeldCredential<ClientSecret>): PayloadUpdate {
  return {
    [PRESENT]: present.secret,
    [NEXT]: next?.secret ?? null,
    ...(previous === undefined ? {} : { [PREVIOUS]: previous?.secret ?? null }),
  };
}

export function fromPayload(payload: Payload): HeldCredential<ClientSecret> | undefined {
  const { [PRESENT]: present, [NEXT]: next, [PREVIOUS]: previous } = payload;
  if (!(present instanceof Secret)) return undefined;
  return {
    present: clientSecret(present),
    ...(next instanceof Secret ? { next: clientSecret(next) } : {}),
    ...(previous instanceof Secret ? { previous: clientSecret(previous) } : {}),
  };
}
