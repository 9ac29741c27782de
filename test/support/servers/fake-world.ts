/** Time that passes only when a test says so, and processes in it: each with clocks of its own, which may be wrong or stop. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../src/platform/clock.ts';

interface Sleeper {
  readonly owner: FakeProcess | undefined;
  readonly at: number;
  readonly wake: () => void;
}

const EPOCH = Date.UTC(2026, 10, 22, 12);

export class FakeWorld {
  #now = 0;
  #sleepers: Sleeper[] = [];

  /** The true time, in milliseconds since the epoch. */
  now(): number {
    return EPOCH + this.#now;
  }

  /** The true time as Vault says it. */
  wholeSeconds(): number {
    return Math.floor(this.now() / 1000) * 1000;
  }

  process(wallOffset = 0): FakeProcess {
    return new FakeProcess(this, wallOffset);
  }

  sleep(ms: number, owner?: FakeProcess, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const forget = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        signal?.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        forget();
        reject(new Error('aborted', { cause: signal?.reason }));
      };
      const wake = (): void => {
        forget();
        resolve();
      };
      const sleeper: Sleeper = { owner, at: this.#now + Math.max(0, ms), wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', abort);
    });
  }

  /** Lets time pass; `onStep` sees every moment at which something may have happened. */
  async pass(ms: number, onStep: () => void = () => undefined): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await runPending();
      onStep();
      const next = this.#next(end);
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    this.#now = end;
    await runPending();
    onStep();
  }

  #next(end: number): Sleeper | undefined {
    return this.#sleepers
      .filter(({ at, owner }) => at <= end && owner?.stopped !== true)
      .toSorted((a, b) => a.at - b.at)[0];
  }
}

/** A process: its wall clock is off by `wallOffset`, its monotonic clock began at its birth. */
export class FakeProcess {
  readonly clock: Clock;
  wallOffset: number;
  /** While true nothing of it goes on: it was killed, or stands still. */
  stopped = false;
  /** While true its monotonic clock stands still, as on a machine that sleeps. */
  #asleep: number | undefined;
  #slept = 0;
  readonly #world: FakeWorld;
  readonly #born: number;

  constructor(world: FakeWorld, wallOffset: number) {
    this.#world = world;
    this.#born = world.now();
    this.wallOffset = wallOffset;
    this.clock = {
      now: () => world.now() + this.wallOffset,
      sleep: (ms, signal) => world.sleep(ms, this, signal),
    };
  }

  readonly monotonic = (): number => (this.#asleep ?? this.#world.now()) - this.#slept - this.#born;

  /** The machine sleeps: nothing goes on, and the monotonic clock does not notice. */
  suspend(): void {
    this.stopped = true;
    this.#asleep = this.#world.now();
  }

  resume(): void {
    this.stopped = false;
    if (this.#asleep !== undefined) this.#slept += this.#world.now() - this.#asleep;
    this.#asleep = undefined;
  }
}

/** Lets everything happen that needs no time. */
async function runPending(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await turn();
}
