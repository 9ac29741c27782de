import type { JWTPayload } from 'jose';
import { printableJson } from '../src/report/escape.ts';
import type { StoreDocument } from '../src/stores/store.ts';

/** The keys of a document in the store with their values, the secret's hidden. */
export function documentLines({ clientId, facts }: StoreDocument, unicode: boolean): string[] {
  const rows = Object.entries({ ...facts, client_id: clientId, client_secret: unicode ? '‹hidden›' : '<hidden>' });
  const width = Math.max(...rows.map(([key]) => key.length));
  return rows.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `  ${key.padEnd(width)}  ${value}`);
}

/** The claims of a token, never the token; those about access first. */
export function claimLines(payload: JWTPayload): string[] {
  const first = ['iss', 'azp', 'aud', 'scope', 'iat', 'exp'];
  const rank = (key: string): number => (first.includes(key) ? first.indexOf(key) : first.length);
  const sorted = Object.entries(payload).toSorted(([a], [b]) => rank(a) - rank(b));
  return printableJson(Object.fromEntries(sorted))
    .split('\n')
    .map((line) => `  ${line}`);
}
