import type { ClientAuth } from 'oauth4webapi';
import type { Credential } from '../model/secrets/credential.ts';
import type { AuthMethod } from '../model/desired.ts';
import { identityIn, signingAlgOf } from '../model/auth-method.ts';
import type { ActualCredential, Fields } from '../model/state.ts';
import { sameJson } from '../model/values/json.ts';
import type { Payload, PayloadUpdate } from '../stores/store.ts';
import { clientSecretMethod } from './client-secret/index.ts';
import { federatedMethod } from './federated-jwt/index.ts';
import { SLOTS } from './method.ts';
import type { CredentialMethod, CredentialRotation, HeldCredential, PayloadKeys, Slot } from './method.ts';
import { privateKeyMethod } from './private-key-jwt/index.ts';

type Method = CredentialMethod<Credential>;

const METHODS: { readonly [Kind in Credential['kind']]: Method } = {
  'client-secret': clientSecretMethod,
  'private-key-jwt': privateKeyMethod,
  'federated-jwt': federatedMethod,
};
const ALL = Object.values(METHODS);

/** Which keys of a document hold a credential of whatever method, and which of them are secret. */
export const PAYLOAD_KEYS: PayloadKeys = Object.assign(
  {},
  ...ALL.flatMap(({ payloadKeys }) => SLOTS.map((slot) => payloadKeys[slot])),
);

/** How a client authenticates, as its fields say; undefined where these name no one way. */
export function authIn(fields: Fields): AuthMethod | undefined {
  return ALL.map((method) => method.authIn(fields)).find((auth) => auth !== undefined);
}

/**
 * The method of a client, as its fields say. Where these name none, for the server takes several or does not say, it is the
 * client secret: that is what servers give every client.
 */
export function methodOf(fields: Fields): Method {
  return methodFor(authOf(fields));
}

/** The method that authenticates so. */
export function methodFor(auth: AuthMethod): Method {
  return ALL.find((method) => method.auth.safeParse(auth).success) ?? clientSecretMethod;
}

/** How a client with these fields is to authenticate, where they name no one way as servers do by default. */
export function authOf(fields: Fields): AuthMethod {
  return authIn(fields) ?? 'client_secret_basic';
}

/**
 * Whether a client that has these fields authenticates by other credentials than one that authenticates so: it cannot keep the one
 * that it has. Where the fields name no one way, it has a secret.
 */
export function needsOther(fields: Fields, auth: AuthMethod): boolean {
  const present = authOf(fields);
  return signingAlgOf(present) !== signingAlgOf(auth) || !sameJson(identityIn(present), identityIn(auth));
}

/** Whether a client that authenticates so has no credential that anybody keeps: its workload brings a token of its own. */
export function isHeldByWorkload(auth: AuthMethod): boolean {
  return methodFor(auth).heldBy === 'workload';
}

/** How the credential of a client is rotated. */
export function rotationOf(fields: Fields): CredentialRotation {
  const { kind, rotation } = methodOf(fields);
  if (rotation === undefined) throw new TypeError(`there is nothing to rotate of a client with ${kind}`);
  return rotation;
}

/** Whether a client that authenticates so can use the credential. */
export function fits(credential: Credential, auth: AuthMethod): boolean {
  return METHODS[credential.kind].fits(credential, auth);
}

/** The credential in the payload of a document; undefined where none is whole. */
export function credentialIn(payload: Payload): HeldCredential | undefined {
  const [present, next, previous] = SLOTS.map((slot) => inSlot(payload, slot));
  if (present === undefined) return undefined;
  return {
    present,
    ...(next === undefined ? {} : { next }),
    ...(previous === undefined ? {} : { previous }),
  };
}

function inSlot(payload: Payload, slot: Slot): Credential | undefined {
  return ALL.map((method) => method.fromPayload(payload, slot)).find((credential) => credential !== undefined);
}

/** What a document is to hold of a credential: nothing of another method is left in its place. */
export function toPayload({ present, next, previous }: HeldCredential): PayloadUpdate {
  return {
    ...slotPayload(present, 'present'),
    ...slotPayload(next ?? null, 'next'),
    ...(previous === undefined ? {} : slotPayload(previous, 'previous')),
  };
}

function slotPayload(credential: Credential | null, slot: Slot): PayloadUpdate {
  const keys = ALL.flatMap(({ payloadKeys }) => Object.keys(payloadKeys[slot]));
  const cleared = Object.fromEntries(keys.map((key) => [key, null]));
  return credential === null ? cleared : { ...cleared, ...METHODS[credential.kind].toPayload(credential, slot) };
}

export function isSameCredential(left: Credential, right: Credential): boolean {
  return left.kind === right.kind && METHODS[left.kind].isSame(left, right);
}

export function isGuessable(credential: Credential): boolean {
  return METHODS[credential.kind].isGuessable(credential);
}

/** Whether a listing shows enough of a client with these fields to tell its present credential from others. */
export function isShown(fields: Fields, listed: ActualCredential): boolean {
  return methodOf(fields).isShown(listed);
}

/** Whether a listing shows that this is the present credential of a client with these fields. */
export function isPresent(credential: Credential, fields: Fields, listed: ActualCredential): boolean {
  const method = methodOf(fields);
  return credential.kind === method.kind && method.isPresent(credential, listed);
}

export function authenticate(credential: Credential, auth: AuthMethod): ClientAuth {
  return METHODS[credential.kind].authenticate(credential, auth);
}

/** Whether nothing of it is ever made or rotated: it has no age. */
export function isWithoutAge({ kind }: Credential): boolean {
  return METHODS[kind].heldBy === 'workload';
}
