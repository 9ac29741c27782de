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

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    signal?.throwIfAborted();
    try {
      await wait(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // Node wraps the reason in an AbortError of its own.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
