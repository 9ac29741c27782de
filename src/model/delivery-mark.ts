import { describePlaceProblem } from './secrets/credential-path.ts';
import { PENDING } from './rotation.ts';
import type { Delivery } from './state.ts';

/** The end of the year 9999: no date is later. */
const LAST_MOMENT = 253_402_300_799;

/** Whether a number of Unix seconds is a moment that a Date can hold. */
export function isMoment(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LAST_MOMENT;
}

/** Unix seconds as a provider gives them in text; undefined for what is no moment. */
export function parseMoment(text: string | undefined): number | undefined {
  const seconds = text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
  return isMoment(seconds) ? seconds : undefined;
}

/** The mark of a delivery that is not finished. Where the provider does not say when the credential was made, `since` does. */
export function pendingDelivery(
  { place, path }: Pick<Delivery, 'place' | 'path'>,
  createdAt: number | undefined,
  since: number,
): Delivery {
  return { at: createdAt ?? null, place, path, facts: PENDING, ...(createdAt === undefined ? { since } : {}) };
}

const MAX_PLACE = 2048;
const FACTS = /^[\w-]{1,64}$/;

/**
 * The mark of a delivery as it lies at a provider, where many may write: undefined for what no delivery of grantry can have
 * left, such as a path that leads out of the target's place.
 */
export function checkDelivery(mark: { readonly [Key in keyof Delivery]?: unknown }): Delivery | undefined {
  const { at, place, path, facts, since } = mark;
  if (at !== null && !isMoment(at)) return undefined;
  if (typeof place !== 'string' || place.length > MAX_PLACE || /\p{Cc}/u.test(place)) return undefined;
  if (typeof path !== 'string' || describePlaceProblem(path) !== undefined) return undefined;
  if (typeof facts !== 'string' || !FACTS.test(facts)) return undefined;
  if (since === undefined) return { at, place, path, facts };
  return isMoment(since) ? { at, place, path, facts, since } : undefined;
}
