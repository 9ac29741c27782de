import { dayOf } from '../model/text/day.ts';
import { systemClock } from '../platform/clock.ts';

/** The day by which manifests are read, in UTC: access may end on it. */
export function today(): string {
  return dayOf(systemClock.now());
}
