import { parseDuration } from '../model/text/duration.ts';
import type { FieldDescription } from '../model/field-words.ts';
import type { Json } from '../model/values/json.ts';

type Widens = NonNullable<FieldDescription['widens']>;

/** A list that holds something that it did not hold. */
export const hasMore: Widens = (before, after) => {
  const had = new Set(Array.isArray(before) ? before : []);
  return Array.isArray(after) && after.some((name) => !had.has(name));
};

/** The same of something that is there already: one that is new is granted to nobody yet. */
export const hasMoreThanBefore: Widens = (before, after, path) => before !== undefined && hasMore(before, after, path);

/** Seconds; null is the server's own default, which is not known here and may be the longer one. */
export const isLonger: Widens = (before, after) => {
  if (before === undefined) return false;
  if (after === null) return before !== null;
  return typeof before === 'number' && typeof after === 'number' && after > before;
};

/** For how long a secret that was replaced, because it leaked perhaps, is still accepted. */
export const overlapsLonger: Widens = (before, after) => before !== undefined && secondsOf(after) > secondsOf(before);

function secondsOf(overlap: Json | undefined): number {
  return typeof overlap === 'string' ? (parseDuration(overlap) ?? 0) : 0;
}
