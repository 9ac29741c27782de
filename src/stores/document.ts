import { PAYLOAD_KEYS } from '../credentials/registry.ts';
import { GrantryError } from '../model/errors.ts';
import { Secret } from '../model/secrets/secret.ts';
import type { DocumentUpdate, StoreCapabilities, StoreDocument } from './store.ts';

/** A document as stores keep it: flat JSON, of which grantry owns some keys. */
export type DocumentData = Readonly<Record<string, unknown>>;

/** What of a document is part of a credential, by key, and which of that is secret. */
type PayloadKeys = Readonly<Record<string, 'secret' | 'public'>>;

const CLIENT_ID = 'client_id';

/** The keys that grantry writes; null: one that is to go, as in a JSON Merge Patch (RFC 7396). */
export function toPatch(
  { clientId, payload, facts }: DocumentUpdate,
  keys: PayloadKeys = PAYLOAD_KEYS,
): Readonly<Record<string, string | null>> {
  for (const key of [CLIENT_ID, ...Object.keys(keys)]) {
    if (Object.hasOwn(facts, key)) {
      throw new GrantryError('FAILED', `A fact of a stored document may not be called ${key}`);
    }
  }
  const credential = Object.entries(payload).map(([key, value]) => [
    key,
    value instanceof Secret ? value.reveal() : value,
  ]);
  return { ...facts, [CLIENT_ID]: clientId, ...Object.fromEntries(credential) };
}

/** What lies there, with the keys that grantry writes replaced and every other key kept. */
export function mergeData(before: DocumentData | undefined, document: DocumentUpdate): DocumentData {
  const patch = Object.entries(toPatch(document));
  const gone = new Set(patch.flatMap(([key, value]) => (value === null ? [key] : [])));
  const kept = Object.entries(before ?? {}).filter(([key]) => !gone.has(key));
  return Object.fromEntries([...kept, ...patch.filter(([, value]) => value !== null)]);
}

/** The text of a document that is to be written; refuses one that the store would not take. */
export function encodeData(
  data: DocumentData,
  { maxDocumentBytes: most = Infinity }: Pick<StoreCapabilities, 'maxDocumentBytes'>,
  where: string,
): string {
  const text = JSON.stringify(data);
  const bytes = Buffer.byteLength(text);
  if (bytes <= most) return text;
  throw new GrantryError(
    'INVALID_INPUT',
    `The document of ${where} would have ${bytes} bytes; the store takes ${most}`,
    {
      hint: 'Names of scopes and keys of your own make it large: grant fewer scopes, or split the client in two.',
    },
  );
}

/** Reads a document; `where` names the place in the error, which never quotes what lies there. */
export function fromData(data: DocumentData, where: string, keys: PayloadKeys = PAYLOAD_KEYS): StoreDocument {
  const { [CLIENT_ID]: clientId, ...rest } = data;
  if (typeof clientId !== 'string' || clientId === '') throw incomplete(where, CLIENT_ID);
  const texts = Object.entries(rest).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const payload = texts.flatMap(([key, value]): [string, Secret | string][] => {
    if (!Object.hasOwn(keys, key) || value === '') return [];
    return [[key, keys[key] === 'secret' ? new Secret(value) : value]];
  });
  const facts = texts.filter(([key]) => !Object.hasOwn(keys, key));
  return { clientId, payload: Object.fromEntries(payload), facts: Object.fromEntries(facts) };
}

/** The error for a document that lacks what it must hold. */
export function incomplete(where: string, what: string): GrantryError {
  return new GrantryError('FAILED', `The document at ${where} has no ${what}`, {
    hint: 'It was not written by grantry, or was changed by hand. `grantry apply` delivers the credential again.',
  });
}
