/** Documents of client secrets, and what lies in them. */
import { Secret } from '../../src/model/secrets/secret.ts';
import type { Payload, StoredDocument } from '../../src/stores/store.ts';

/** The payload of a document that holds a client secret, and the one that is about to replace it. */
export function secretPayload(secret: string, next?: string): Payload {
  return {
    client_secret: new Secret(secret),
    ...(next === undefined ? {} : { client_secret_next: new Secret(next) }),
  };
}

/** The secret in a document, in the clear; undefined where none is kept as one. */
export function secretIn(stored: Pick<StoredDocument, 'document'> | undefined): string | undefined {
  return reveal(stored, 'client_secret');
}

/** The secret that is about to replace it. */
export function nextSecretIn(stored: Pick<StoredDocument, 'document'> | undefined): string | undefined {
  return reveal(stored, 'client_secret_next');
}

function reveal(stored: Pick<StoredDocument, 'document'> | undefined, key: string): string | undefined {
  const value = stored?.document.payload[key];
  return value instanceof Secret ? value.reveal() : undefined;
}
