import type { JWTPayload } from 'jose';
import { Secret } from '../src/model/secrets/secret.ts';
import { printableJson } from '../src/report/render/json.ts';
import type { StoreDocument } from '../src/stores/store.ts';

/** The keys of a document in the store with their values, those of secrets hidden. */
export function documentLines({ clientId, payload, facts }: StoreDocument, unicode: boolean): string[] {
  const hidden = unicode ? '‹hidden›' : '<hidden>';
  const shown = Object.entries(payload).map(([key, value]) => [key, value instanceof Secret ? hidden : value] as const);
  const rows = [...Object.entries({ ...facts, client_id: clientId }), ...shown];
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
