import type { RotatePolicy } from './target.ts';
import type { DesiredClient } from './desired.ts';
import type { ActualCredential } from './state.ts';

/** How an overlap is named, in hours where that is exact: `Rotation/48h`. Seconds in, above zero. */
export function overlapName(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/** Every overlap that the server is to keep previous secrets for, in seconds, sorted; zero is none. Of keys grantry itself ends it. */
export function overlapsOf(clients: readonly DesiredClient[]): number[] {
  const withSecret = clients.filter(({ auth, credential }) => typeof auth === 'string' && credential.deliver !== false);
  const overlaps = new Set(withSecret.map(({ credential }) => credential.rotate.overlap));
  return [...overlaps].filter((seconds) => seconds > 0).toSorted((left, right) => left - right);
}

/**
 * When the secret was made, in Unix seconds, as the provider says or grantry noted; where neither knows, when grantry
 * delivered it first, so it is at least as old. Undefined: never delivered.
 */
export function madeAt({
  createdAt,
  delivered,
}: Pick<ActualCredential, 'createdAt' | 'delivered'>): number | undefined {
  return createdAt ?? delivered?.since;
}

/** So long before the provider stops accepting a secret it is due, whatever its policy says; seconds. */
const BEFORE_END = 30 * 86_400;
/** Of the life that the provider gives a secret, the last part in which it is due: a short life is no reason to be due at birth. */
const LAST_PART = 1 / 3;

/** When the secret is to be rotated, in Unix seconds; undefined: nobody knows how old it is, so it is due. */
export function dueAt(
  rotate: RotatePolicy,
  credential: Pick<ActualCredential, 'createdAt' | 'delivered' | 'expiresAt' | 'guessable'>,
): number | undefined {
  const made = madeAt(credential);
  if (made === undefined) return undefined;
  if (credential.guessable === true) return made;
  const end = credential.expiresAt;
  if (end === undefined) return made + rotate.every;
  // A policy of somebody else may end it sooner than its own says.
  const margin = Math.min(BEFORE_END, rotate.every, Math.max(0, end - made) * LAST_PART);
  return Math.min(made + rotate.every, Math.floor(end - margin));
}

/** In place of the digest in a delivery's mark: the document is not finished yet. */
export const PENDING = 'pending';

/** Whether the listing shows that the secret was changed after it was last delivered, or is about to be. */
export function isDeliveryOutdated({
  createdAt,
  delivered,
}: Pick<ActualCredential, 'createdAt' | 'delivered'>): boolean {
  return delivered !== undefined && (delivered.at !== (createdAt ?? null) || delivered.facts === PENDING);
}

/** Whether the previous secret is still accepted, in Unix seconds. */
export function isInOverlap({ previousUntil }: Pick<ActualCredential, 'previousUntil'>, now: number): boolean {
  return previousUntil !== undefined && previousUntil > now;
}
