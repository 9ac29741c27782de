import { GrantryError } from '../../model/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { CLOCK_GRAIN_MS } from '../../stores/store.ts';
import type { Store } from '../../stores/store.ts';
import { leaseTimes, lostError, parseLock, toJson } from './lock-record.ts';
import type { LeaseTimes, LockHolder, LockRecord } from './lock-record.ts';

/** How often the holder looks after it: renews it when that is due, or looks whether it is still its own. */
const TICK_MS = 20_000;
/** After a tick that failed. */
const RETRY_MS = 2_000;
/** A store that does not answer a renewal for so long is asked again. */
const ATTEMPT_MS = 10_000;
/**
 * No write begins that late in a lease: time for the one in flight to arrive. It is no promise that it does; docs/locks.md
 * says what happens to one that is still under way when the lease ends.
 */
const MARGIN_MS = 10_000;

/** The right to write, for as long as it is renewed. */
export interface Lease {
  /** Random, in the record of the lock too. */
  readonly id: string;
  /** Whose lock was broken to get this one. */
  readonly brokeLock: LockHolder | undefined;
  /** Why nothing may be written any more; undefined while it may. Once there is a reason it stays. */
  readonly failure: () => GrantryError | undefined;
  /** Throws `failure()` if there is one. To be called before every write. */
  readonly assertHeld: () => void;
}

/** What the lock needs of the outside. */
export interface LeasePorts {
  readonly store: Store;
  readonly clock: Clock;
  /** Milliseconds since any moment, never set by anybody: `performance.now`. */
  readonly monotonic: () => number;
}

/** The lock as it was taken: `elapsed` runs since before the request that was answered with `now`. */
export interface Taken {
  readonly stack: string;
  readonly name: string;
  readonly lock: LockRecord;
  readonly version: number;
  readonly now: number;
  readonly elapsed: Stopwatch;
}

/** Milliseconds since it was started. */
export type Stopwatch = () => number;

/**
 * The monotonic clock, and the wall clock where that has gone further: on Linux the monotonic one stands still while the
 * machine sleeps. A wall clock that is set back or is just wrong does no harm; one that is set forward ends a lease early.
 */
export function startStopwatch({ clock, monotonic }: Pick<LeasePorts, 'clock' | 'monotonic'>): Stopwatch {
  const [started, startedAt] = [monotonic(), clock.now()];
  return () => Math.max(monotonic() - started, clock.now() - startedAt);
}

/** A lock that is held: renews it in the background until it is released or lost. */
export class HeldLock implements Lease {
  readonly id: string;
  readonly brokeLock: LockHolder | undefined;
  readonly #ports: LeasePorts;
  readonly #times: LeaseTimes;
  readonly #released = new AbortController();
  #taken: Taken;
  #failure: GrantryError | undefined;
  #renewalError: GrantryError | undefined;

  constructor(taken: Taken, ports: LeasePorts) {
    this.id = taken.lock.holder;
    this.brokeLock = taken.lock.broke ?? undefined;
    this.#taken = taken;
    this.#ports = ports;
    this.#times = leaseTimes(ports.store.capabilities);
  }

  readonly failure = (): GrantryError | undefined => {
    if (this.#failure === undefined && this.#remaining() <= 0) this.#failure = this.#ranOut();
    return this.#failure ?? (this.#released.signal.aborted ? releasedError(this.#taken.stack) : undefined);
  };

  readonly assertHeld = (): void => {
    const failure = this.failure();
    if (failure !== undefined) throw failure;
  };

  /** Renews until `release`; ends for good when the lease does. */
  async keep(): Promise<void> {
    let pause = TICK_MS;
    while (this.failure() === undefined) {
      try {
        await this.#ports.clock.sleep(Math.min(pause, this.#remaining()), this.#released.signal);
      } catch {
        return; // released
      }
      if (this.failure() !== undefined) return;
      pause = (await this.#tick()) ? TICK_MS : RETRY_MS;
    }
  }

  /** Lets the next one in at once. Where that fails the lease ends by itself, so it is no reason to fail. */
  async release(): Promise<void> {
    this.#released.abort();
    if (this.#failure?.code === 'LOCK_HELD') return;
    try {
      await this.#within(ATTEMPT_MS, this.#writeReleased());
    } catch {
      // As said above.
    }
  }

  /**
   * Milliseconds left for writes to begin. The store's clock was at most `now` and a grain when `elapsed` began, so that
   * by it the lease ends no sooner than `elapsed` reaches this sum.
   */
  #remaining(): number {
    const { lock, now, elapsed } = this.#taken;
    return Math.min(Date.parse(lock.expires_at) - now, this.#times.leaseMs) - CLOCK_GRAIN_MS - MARGIN_MS - elapsed();
  }

  async #tick(): Promise<boolean> {
    try {
      const work = this.#isDue() ? this.#writeRenewed() : this.#lookAgain();
      await this.#within(Math.min(ATTEMPT_MS, this.#remaining()), work);
      this.#renewalError = undefined;
      return true;
    } catch (error) {
      const bug = (): GrantryError => new GrantryError('FAILED', 'the renewal broke off', { cause: error });
      this.#renewalError = error instanceof GrantryError ? error : bug();
      return false;
    }
  }

  #isDue(): boolean {
    const { leaseMs, renewMs } = this.#times;
    return this.#remaining() <= leaseMs - renewMs - CLOCK_GRAIN_MS - MARGIN_MS;
  }

  async #writeRenewed(): Promise<void> {
    const expires = new Date(this.#storeTime() + this.#times.leaseMs).toISOString();
    if (!(await this.#write({ ...this.#taken.lock, expires_at: expires }))) await this.#lookAgain();
  }

  async #writeReleased(): Promise<void> {
    const released = new Date(this.#storeTime()).toISOString();
    while (!(await this.#write({ ...this.#taken.lock, released_at: released }))) {
      if (!(await this.#lookAgain())) return;
    }
  }

  /** False when the check-and-set was lost. */
  async #write(lock: LockRecord): Promise<boolean> {
    const elapsed = startStopwatch(this.#ports);
    try {
      const written = await this.#ports.store.writeRecord(this.#taken.name, toJson(lock), this.#taken.version);
      this.#taken = { ...this.#taken, ...written, lock, elapsed };
      return true;
    } catch (error) {
      if (error instanceof GrantryError && error.code === 'CONFLICT') return false;
      throw error;
    }
  }

  /** Whose it is now: after a check-and-set that was lost, to an earlier write of our own whose answer never came, or to somebody else. */
  async #lookAgain(): Promise<boolean> {
    const { stack, name } = this.#taken;
    const elapsed = startStopwatch(this.#ports);
    const { value, version, now } = await this.#ports.store.readRecord(name);
    const lock = value === undefined ? undefined : parseLock(value);
    if (lock?.holder === this.id) {
      this.#taken = { ...this.#taken, lock, version, now, elapsed };
      return true;
    }
    this.#failure ??= lostError(stack, this.#ports.store.locateRecord(name), lock);
    return false;
  }

  /** What the store's clock says now, late by no more than the store took for its last answer. */
  #storeTime(): number {
    return this.#taken.now + Math.ceil(this.#taken.elapsed());
  }

  #ranOut(): GrantryError {
    const { stack } = this.#taken;
    const why = this.#renewalError;
    const reason = why?.message ?? 'this process, or the machine, stood still for too long';
    return new GrantryError(
      why?.code ?? 'FAILED',
      `the lock of the stack ${stack} could not be renewed in time: ${reason}`,
      { hint: 'Nothing more was written. Run it again: it goes on from what is done.', cause: why },
    );
  }

  async #within(ms: number, work: Promise<unknown>): Promise<void> {
    const done = new AbortController();
    const late = this.#ports.clock.sleep(ms, done.signal).then(() => {
      throw new GrantryError('UNREACHABLE', `${this.#ports.store.describe()} does not answer in time`);
    });
    try {
      await Promise.race([work, late]);
    } finally {
      done.abort();
    }
  }
}

/** Whatever still wants to write after the end is a bug: it must not meet the next holder of the lock. */
function releasedError(stack: string): GrantryError {
  return new GrantryError('FAILED', `the lock of the stack ${stack} was released: nothing more may be written`);
}
