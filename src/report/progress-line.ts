import { count, thousands } from './words.ts';

/** How far a piece of work is. */
export interface Advance {
  /** What is counted, one of it: `change`. */
  readonly what: string;
  readonly done: number;
  /** Of those done. */
  readonly failed: number;
  readonly total: number;
  /** Milliseconds since it began. */
  readonly elapsed: number;
  /** Milliseconds since the last one was done. */
  readonly sinceStep: number;
}

/** With fewer done an estimate says more of the first ones than of the rest. */
const ENOUGH = 5;

/** Where nothing is done for so many milliseconds, nobody knows how long the rest takes. */
const STANDSTILL = 10_000;

/** `412 of 1,000 changes, 2 failed, about 40 s left`. */
export function renderAdvance({ what, done, failed, total, elapsed, sinceStep }: Advance): string {
  const left = (elapsed / Math.max(1, done)) * (total - done);
  return [
    `${thousands(done)} of ${count(total, what)}`,
    ...(failed === 0 ? [] : [`${thousands(failed)} failed`]),
    ...(done < ENOUGH || done === total || sinceStep >= STANDSTILL ? [] : [`about ${roughly(left)} left`]),
  ].join(', ');
}

/** In steps that an estimate can keep: `2 s`, `40 s`, `3 min`. */
function roughly(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 95 ? `${Math.round(seconds / 5) * 5} s` : `${Math.round(seconds / 60)} min`;
}
