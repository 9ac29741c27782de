import { GrantryError } from '../model/errors.ts';
import { Secret } from '../model/secret.ts';
import type { StoreDocument } from './store.ts';

/** A document as stores keep it: flat JSON, of which grantry owns some keys. */
export type DocumentData = Readonly<Record<string, unknown>>;

const CLIENT_ID = 'client_id';
const CLIENT_SECRET = 'client_secret';

/** The keys that grantry writes. */
export function toData(document: StoreDocument): Readonly<Record<string, string>> {
  for (const key of [CLIENT_ID, CLIENT_SECRET]) {
    if (Object.hasOwn(document.facts, key)) {
      throw new GrantryError('FAILED', `A fact of a stored document may not be called ${key}`);
    }
  }
  return { ...document.facts, [CLIENT_ID]: document.clientId, [CLIENT_SECRET]: document.clientSecret.reveal() };
}

/** What lies there, with the keys that grantry writes replaced and every other key kept. */
export function mergeData(before: DocumentData | undefined, document: StoreDocument): DocumentData {
  return { ...before, ...toData(document) };
}

/** Reads a document; `where` names the place in the error, which never quotes what lies there. */
export function fromData(data: DocumentData, where: string): StoreDocument {
  const { [CLIENT_ID]: clientId, [CLIENT_SECRET]: clientSecret, ...rest } = data;
  if (typeof clientId !== 'string' || clientId === '') {
    throw incomplete(where, CLIENT_ID);
  }
  if (typeof clientSecret !== 'string' || clientSecret === '') {
    throw incomplete(where, CLIENT_SECRET);
  }
  const facts = Object.entries(rest).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { clientId, clientSecret: new Secret(clientSecret), facts: Object.fromEntries(facts) };
}

function incomplete(where: string, key: string): GrantryError {
  return new GrantryError('FAILED', `The document at ${where} has no ${key}`, {
    hint: 'It was not written by grantry, or was changed by hand. `grantry apply` delivers the credential again.',
  });
}
