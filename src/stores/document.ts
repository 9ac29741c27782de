import { GrantryError } from '../model/errors.ts';
import { Secret } from '../model/secret.ts';
import type { DocumentUpdate, StoreDocument } from './store.ts';

/** A document as stores keep it: flat JSON, of which grantry owns some keys. */
export type DocumentData = Readonly<Record<string, unknown>>;

const CLIENT_ID = 'client_id';
const CLIENT_SECRET = 'client_secret';
const NEXT_SECRET = 'client_secret_next';

/** The keys that grantry writes; null: one that is to go, as in a JSON Merge Patch (RFC 7396). */
export function toPatch(document: DocumentUpdate): Readonly<Record<string, string | null>> {
  for (const key of [CLIENT_ID, CLIENT_SECRET, NEXT_SECRET]) {
    if (Object.hasOwn(document.facts, key)) {
      throw new GrantryError('FAILED', `A fact of a stored document may not be called ${key}`);
    }
  }
  return {
    ...document.facts,
    [CLIENT_ID]: document.clientId,
    [CLIENT_SECRET]: document.clientSecret.reveal(),
    ...(document.next === undefined ? {} : { [NEXT_SECRET]: document.next?.reveal() ?? null }),
  };
}

/** What lies there, with the keys that grantry writes replaced and every other key kept. */
export function mergeData(before: DocumentData | undefined, document: DocumentUpdate): DocumentData {
  const patch = Object.entries(toPatch(document));
  const gone = new Set(patch.flatMap(([key, value]) => (value === null ? [key] : [])));
  const kept = Object.entries(before ?? {}).filter(([key]) => !gone.has(key));
  return Object.fromEntries([...kept, ...patch.filter(([, value]) => value !== null)]);
}

/** Reads a document; `where` names the place in the error, which never quotes what lies there. */
export function fromData(data: DocumentData, where: string): StoreDocument {
  const { [CLIENT_ID]: clientId, [CLIENT_SECRET]: clientSecret, [NEXT_SECRET]: next, ...rest } = data;
  if (typeof clientId !== 'string' || clientId === '') {
    throw incomplete(where, CLIENT_ID);
  }
  if (typeof clientSecret !== 'string' || clientSecret === '') {
    throw incomplete(where, CLIENT_SECRET);
  }
  const facts = Object.entries(rest).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return {
    clientId,
    clientSecret: new Secret(clientSecret),
    ...(typeof next === 'string' && next !== '' ? { next: new Secret(next) } : {}),
    facts: Object.fromEntries(facts),
  };
}

function incomplete(where: string, key: string): GrantryError {
  return new GrantryError('FAILED', `The document at ${where} has no ${key}`, {
    hint: 'It was not written by grantry, or was changed by hand. `grantry apply` delivers the credential again.',
  });
}
