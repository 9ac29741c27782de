import { setTimeout as wait } from 'node:timers/promises';

/** Time as a parameter, so that tests need not wait. All in milliseconds. */
export interface Clock {
  /** Since the epoch. */
  now(): number;
  /** Rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Milliseconds since the start of the process, whatever is done to the clock of the machine. */
export const monotonic = (): number => performance.now();

/** So much room is left for a clock that is wrong before something ends because of the time; seconds. */
export const CLOCK_MARGIN = 3600;

/**
 * The time by this clock or by a server's answer, whichever is less, in milliseconds: a clock that is ahead must not
 * end what is still valid.
 */
export function earliestNow(clock: Pick<Clock, 'now'>, serverNow: number | undefined): number {
  return Math.min(clock.now(), serverNow ?? Number.POSITIVE_INFINITY);
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    signal?.throwIfAborted();
    try {
      await wait(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // Node wraps the reason in an AbortError of its own.
      throw signal?.aborted === true ? signal.reason : error;
    }
  },
};
