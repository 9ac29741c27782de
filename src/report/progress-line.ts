import { count, thousands } from './words.ts';

/** How far a piece of work is. */
export interface Advance {
  /** What is counted, one of it: `change`. */
  readonly what: string;
  readonly done: number;
  /** Of those done. */
  readonly failed: number;
  readonly total: number;
  /** Milliseconds that the work has taken. */
  readonly elapsed: number;
  /** Milliseconds since the last one was done. */
  readonly sinceStep: number;
}

/** With fewer done an estimate says more of the first ones than of the rest. */
const ENOUGH = 5;

/** Where nothing was done for so many milliseconds, and for as long as so many take, nobody knows how long the rest takes. */
const STANDSTILL = { ms: 2_000, steps: 5 };

/** `412 of 1,000 changes, 2 failed, about 40 s left`. */
export function renderAdvance({ what, done, failed, total, elapsed, sinceStep }: Advance): string {
  const each = (elapsed - sinceStep) / Math.max(1, done);
  const stands = sinceStep >= Math.max(STANDSTILL.ms, each * STANDSTILL.steps);
  return [
    `${thousands(done)} of ${count(total, what)}`,
    ...(failed === 0 ? [] : [`${thousands(failed)} failed`]),
    ...(done < ENOUGH || done === total || stands ? [] : [`about ${roughly(each * (total - done))} left`]),
  ].join(', ');
}

/** In steps that an estimate can keep: `2 s`, `40 s`, `3 min`. */
function roughly(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 95 ? `${Math.round(seconds / 5) * 5} s` : `${Math.round(seconds / 60)} min`;
}
