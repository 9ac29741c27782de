/** How far a piece of work is. */
export interface Advance {
  /** What is counted, in the plural: `changes`. */
  readonly what: string;
  readonly done: number;
  /** Of those done. */
  readonly failed: number;
  readonly total: number;
  /** Milliseconds since it began. */
  readonly elapsed: number;
}

/** With fewer done an estimate says more of the first ones than of the rest. */
const ENOUGH = 5;

/** `412 of 1,000 changes, 2 failed, about 40 s left`. */
export function renderAdvance({ what, done, failed, total, elapsed }: Advance): string {
  const left = (elapsed / Math.max(1, done)) * (total - done);
  return [
    `${grouped(done)} of ${grouped(total)} ${what}`,
    ...(failed === 0 ? [] : [`${grouped(failed)} failed`]),
    ...(done < ENOUGH || done === total ? [] : [`about ${roughly(left)} left`]),
  ].join(', ');
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** In steps that an estimate can keep: `2 s`, `40 s`, `3 min`. */
function roughly(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 95 ? `${Math.round(seconds / 5) * 5} s` : `${Math.round(seconds / 60)} min`;
}
