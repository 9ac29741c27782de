import { createHash, scryptSync } from 'node:crypto';
import { isJsonList } from '../../../model/values/json.ts';
import type { Json } from '../../../model/values/json.ts';
import type { Secret } from '../../../model/secrets/secret.ts';
import type { ActualObject } from '../../../model/state.ts';

/** SHA-256 of a JSON value, whatever the order of its keys. */
export function digestOf(value: Json): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isJsonList(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}

/**
 * Shows whether an object is still as it was read: exactly what grantry owns on it, whose it is, and when its secret
 * was made. Covers no secret of a client. Null for an object that is not there.
 */
export function fingerprintOf(actual: ActualObject | undefined): string | null {
  if (actual === undefined) return null;
  const { id, foreign, fields, unseen, credential } = actual;
  const delivered = credential?.delivered;
  return digestOf({
    id,
    foreign: foreign.map(({ what, stack }) => [what, stack ?? null]),
    fields,
    ...(unseen === undefined ? {} : { unseen: slowDigest(unseen, id) }),
    secret: credential?.createdAt ?? null,
    delivered: delivered === undefined ? null : { ...delivered },
  });
}

/**
 * Of values that a plan does not show, and that may be credentials: fingerprints lie in saved plans, and a reader of one must
 * not find a value out by trying. All of an object are taken together, each try takes some ten milliseconds, and no table of
 * tries is of use for another object. Few objects have any.
 */
function slowDigest(values: Secret, salt: string): string {
  return scryptSync(values.reveal(), salt, 32, { N: 4096, r: 8, p: 1 }).toString('hex');
}
