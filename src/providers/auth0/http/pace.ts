import type { Clock } from '../../../platform/clock.ts';

/** Beyond it the next request may be refused just as well: then an error says so. */
const LONGEST_PAUSE_MS = 120_000;

/**
 * Lets requests begin no faster than a tenant allows: at most so many in any second, and none until the moment at which
 * the tenant said that it takes more.
 */
export class Pace {
  readonly #perSecond: number;
  readonly #clock: Clock;
  /** When the latest requests began, the earliest first; at most `perSecond` of them. */
  readonly #begun: number[] = [];
  #notBefore = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
  }

  /** Resolves when the next request may begin. */
  next(signal?: AbortSignal): Promise<void> {
    const turn = this.#queue.then(() => this.#wait(signal));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** Holds everything back until then, in milliseconds since the epoch, or for as long as anybody would wait. */
  pauseUntil(moment: number): void {
    this.#notBefore = Math.max(this.#notBefore, Math.min(moment, this.#clock.now() + LONGEST_PAUSE_MS));
  }

  async #wait(signal?: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.#clock.now();
      // The clock was set back: what began in its future says nothing.
      if ((this.#begun.at(-1) ?? 0) > now) this.#begun.length = 0;
      const oldest = this.#begun.length < this.#perSecond ? undefined : this.#begun[0];
      const ready = Math.max(this.#notBefore, oldest === undefined ? 0 : oldest + 1000);
      if (ready <= now) break;
      await this.#clock.sleep(ready - now, signal);
    }
    this.#begun.push(this.#clock.now());
    if (this.#begun.length > this.#perSecond) this.#begun.shift();
  }
}
