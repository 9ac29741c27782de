import type { ClientAuth } from 'oauth4webapi';
import type { Credential } from '../model/secrets/credential.ts';
import type { AuthMethod } from '../model/desired.ts';
import type { Fields } from '../model/state.ts';
import type { Payload, PayloadUpdate } from '../stores/store.ts';
import { clientSecretMethod } from './client-secret/index.ts';
import type { CredentialMethod, CredentialRotation, HeldCredential } from './method.ts';

const METHODS: { readonly [Kind in Credential['kind']]: CredentialMethod<Credential> } = {
  'client-secret': clientSecretMethod,
};

/** Which keys of a document hold a credential of whatever method, and which of them are secret. */
export const PAYLOAD_KEYS: CredentialMethod<Credential>['payloadKeys'] = Object.assign(
  {},
  ...Object.values(METHODS).map(({ payloadKeys }) => payloadKeys),
);

/**
 * The method of a client, as its fields say. Where these name none, for the server takes several or does not say, it is the
 * client secret: that is what servers give every client.
 */
export function methodOf({ auth }: Fields): CredentialMethod<Credential> {
  return Object.values(METHODS).find((method) => method.auth.safeParse(auth).success) ?? clientSecretMethod;
}

/** How the credential of a client is rotated. */
export function rotationOf(fields: Fields): CredentialRotation {
  const { kind, rotation } = methodOf(fields);
  if (rotation === undefined) throw new TypeError(`there is nothing to rotate of a client with ${kind}`);
  return rotation;
}

/** The credential in the payload of a document; undefined where none is whole. */
export function credentialIn(payload: Payload): HeldCredential<Credential> | undefined {
  for (const method of Object.values(METHODS)) {
    const held = method.fromPayload(payload);
    if (held !== undefined) return held;
  }
  return undefined;
}

/** What a document is to hold of a credential. */
export function toPayload(held: HeldCredential<Credential>): PayloadUpdate {
  return METHODS[held.present.kind].toPayload(held);
}

export function isSameCredential(left: Credential, right: Credential): boolean {
  return left.kind === right.kind && METHODS[left.kind].isSame(left, right);
}

export function isGuessable(credential: Credential): boolean {
  return METHODS[credential.kind].isGuessable(credential);
}

export function authenticate(credential: Credential, auth: AuthMethod): ClientAuth {
  return METHODS[credential.kind].authenticate(credential, auth);
}
