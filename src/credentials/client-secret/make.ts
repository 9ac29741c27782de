import { randomBytes } from 'node:crypto';
import type { ClientSecret } from '../../model/secrets/credential.ts';
import { isRepeated } from '../../model/secrets/guessable.ts';
import { Secret } from '../../model/secrets/secret.ts';

/** 48 random bytes: 64 characters that need no escaping anywhere. */
export function makeSecret(): ClientSecret {
  return clientSecret(new Secret(randomBytes(48).toString('base64url')));
}

export function clientSecret(secret: Secret): ClientSecret {
  return { kind: 'client-secret', secret };
}

export function isSameSecret(left: ClientSecret, right: ClientSecret): boolean {
  return left.secret.equals(right.secret);
}

export function isGuessableSecret({ secret }: ClientSecret): boolean {
  return isRepeated(secret.reveal());
}
