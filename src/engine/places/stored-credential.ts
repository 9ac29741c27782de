import type { HeldCredential } from '../../credentials/method.ts';
import { credentialIn } from '../../credentials/registry.ts';
import type { Credential } from '../../model/secrets/credential.ts';
import { GrantryError } from '../../model/errors.ts';
import { incomplete } from '../../stores/document.ts';
import type { Store, StoredDocument } from '../../stores/store.ts';

/** A document with the credential in it. */
export interface StoredCredential extends HeldCredential {
  readonly clientId: string;
  readonly facts: StoredDocument['document']['facts'];
  readonly version: number;
}

/** What a client sends to the token endpoint. */
export interface Login {
  readonly clientId: string;
  readonly credential: Credential;
}

/** The document; undefined also for one that is there but is none, such as one without a secret: it is written again. */
export async function readWhole(store: Pick<Store, 'read'>, path: string): Promise<StoredCredential | undefined> {
  const stored = await store.read(path).catch((error: unknown) => {
    if (error instanceof GrantryError && error.code === 'FAILED') return undefined;
    throw error;
  });
  if (stored === undefined) return undefined;
  const { document, version } = stored;
  const held = credentialIn(document.payload);
  return held === undefined ? undefined : { ...held, clientId: document.clientId, facts: document.facts, version };
}

/** What a consumer logs in with that reads this document; `where` names its place. */
export function loginIn({ document: { clientId, payload } }: StoredDocument, where: string): Login {
  const held = credentialIn(payload);
  if (held === undefined) throw incomplete(where, 'credential');
  return { clientId, credential: held.present };
}
