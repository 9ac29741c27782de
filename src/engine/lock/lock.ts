import { randomBytes } from 'node:crypto';
import { GrantryError } from '../../model/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RunIdentity } from '../../platform/run-identity.ts';
import { lockName } from '../../stores/record.ts';
import { CLOCK_GRAIN_MS } from '../../stores/store.ts';
import type { Store, StoredRecord } from '../../stores/store.ts';
import { HeldLock, startStopwatch } from './lease.ts';
import type { Lease, LeasePorts, Taken } from './lease.ts';
import {
  describeHolder,
  heldError,
  isFree,
  isOverlong,
  leaseTimes,
  parseLock,
  toJson,
  unreadableError,
} from './lock-record.ts';
import type { LeaseTimes, LockHolder, LockRecord } from './lock-record.ts';

/** A request for the lock of a stack. */
export interface LockRequest {
  readonly stack: string;
  readonly target: string;
  readonly identity: RunIdentity;
  /** How long to wait for another holder; 0: not at all. */
  readonly timeoutMs: number;
  /** Take it from its holder. */
  readonly breakLock: boolean;
  readonly clock: Clock;
  /** Milliseconds since any moment, never set by anybody: `performance.now`. */
  readonly monotonic: () => number;
  /** Like Math.random. */
  readonly random: () => number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Called every second or two with whom it waits for, in words, and for how many milliseconds more. */
  readonly onWait?: (holder: string, left: number) => void;
}

/**
 * Runs `work` while holding the lock of a stack in this store: of all runs that go through here only one does. Throws
 * LOCK_HELD when somebody else has it. The lock is released however `work` ends; a run that is killed leaves it to its
 * end, one lease after the last renewal. `store` must be the plain one: the lock is no part of what it protects.
 */
export async function withLock<T>(store: Store, request: LockRequest, work: (lease: Lease) => Promise<T>): Promise<T> {
  const { clock, monotonic } = request;
  const ports: LeasePorts = { store, clock, monotonic };
  const held = new HeldLock(await acquire(ports, request), ports);
  const keeping = held.keep();
  try {
    return await work(held);
  } finally {
    await held.release();
    await keeping;
  }
}

/** What a look at the record led to. */
type Look =
  | { readonly kind: 'taken'; readonly taken: Taken }
  | { readonly kind: 'held'; readonly by: LockRecord; readonly now: number }
  /** Somebody was quicker, or the answer of the store was lost. */
  | { readonly kind: 'unclear' };

async function acquire(ports: LeasePorts, request: LockRequest): Promise<Taken> {
  const seeker = new Seeker(ports, request);
  const elapsed = startStopwatch(ports);
  for (;;) {
    const look = await seeker.look();
    if (look.kind === 'taken') return look.taken;
    if (look.kind === 'unclear') continue;
    const left = request.timeoutMs - elapsed();
    if (left <= 0) throw heldError(request.stack, look.by, look.now, leaseTimes(ports.store.capabilities));
    request.onWait?.(describeHolder(look.by), left);
    // A little random, so that those who wait do not ask in step.
    await pause(Math.min(left, 1000 + request.random() * 1000), request);
  }
}

async function pause(ms: number, { clock, signal, stack }: LockRequest): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch {
    // Only the signal ends it early.
    throw new GrantryError('INTERRUPTED', `interrupted while waiting for the lock of the stack ${stack}`);
  }
}

/** One run that wants a lock; has the same id however often it tries. */
class Seeker {
  readonly #ports: LeasePorts;
  readonly #request: LockRequest;
  readonly #name: string;
  readonly #times: LeaseTimes;
  readonly #id = randomBytes(8).toString('hex');
  /** The only holder whose lock may be broken: the one that was there at the first look. */
  #mayBreak: string | undefined;
  #answerWasLost = false;
  /** A lock whose end means nothing, and since when it was not renewed, by the store's clock. */
  #watched: { readonly version: number; readonly since: number } | undefined;

  constructor(ports: LeasePorts, request: LockRequest) {
    this.#ports = ports;
    this.#request = request;
    this.#name = lockName(request.stack);
    this.#times = leaseTimes(ports.store.capabilities);
  }

  async look(): Promise<Look> {
    const elapsed = startStopwatch(this.#ports);
    const found = await this.#ports.store.readRecord(this.#name);
    const { now, version } = found;
    const present = this.#parse(found);
    if (typeof present === 'object' && present.holder === this.#id) {
      // The write whose answer was lost did arrive.
      return this.#taken(present, { version, now, elapsed });
    }
    if (typeof present === 'object' && !isFree(present, now) && !this.#isAbandoned(present, found)) {
      this.#mayBreak ??= present.holder;
      if (!this.#request.breakLock || this.#mayBreak !== present.holder) return { kind: 'held', by: present, now };
      return this.#take(found, present);
    }
    return this.#take(found, present === 'unreadable' ? UNREADABLE : undefined);
  }

  /** With a lease longer than any, it was not renewed for as long as one lasts. */
  #isAbandoned(lock: LockRecord, { version, now }: StoredRecord): boolean {
    if (!isOverlong(lock, now, this.#times)) return false;
    if (this.#watched?.version !== version) this.#watched = { version, since: now };
    return now - this.#watched.since > this.#times.leaseMs + CLOCK_GRAIN_MS;
  }

  #parse({ value }: StoredRecord): LockRecord | 'none' | 'unreadable' {
    if (value === undefined) return 'none';
    const lock = parseLock(value);
    if (lock === undefined && !this.#request.breakLock) {
      throw unreadableError(this.#ports.store.locateRecord(this.#name));
    }
    return lock ?? 'unreadable';
  }

  async #take({ version, now }: StoredRecord, broken: LockHolder | undefined): Promise<Look> {
    const lock = this.#record(now, broken);
    const elapsed = startStopwatch(this.#ports);
    try {
      const written = await this.#ports.store.writeRecord(this.#name, toJson(lock), version);
      return this.#taken(lock, { ...written, elapsed });
    } catch (error) {
      const code = error instanceof GrantryError ? error.code : undefined;
      if (code === 'CONFLICT') return { kind: 'unclear' };
      if (code !== 'UNREACHABLE' || this.#answerWasLost) throw error;
      this.#answerWasLost = true;
      return { kind: 'unclear' };
    }
  }

  #taken(lock: LockRecord, rest: Pick<Taken, 'version' | 'now' | 'elapsed'>): Look {
    return { kind: 'taken', taken: { stack: this.#request.stack, name: this.#name, lock, ...rest } };
  }

  #record(now: number, broken: LockHolder | undefined): LockRecord {
    const { who, host, run } = this.#request.identity;
    return {
      holder: this.#id,
      who,
      host,
      run: run ?? '',
      target: this.#request.target,
      acquired_at: new Date(now).toISOString(),
      expires_at: new Date(now + this.#times.leaseMs).toISOString(),
      released_at: '',
      broke: broken === undefined ? null : holderOf(broken),
    };
  }
}

function holderOf({ holder, who, host, run, target, acquired_at, expires_at }: LockHolder): LockHolder {
  return { holder, who, host, run, target, acquired_at, expires_at };
}

const LONG_AGO = new Date(0).toISOString();

/** What is noted of a record that was broken although nobody knew whose it was. */
const UNREADABLE: LockHolder = {
  holder: 'unreadable',
  who: 'unknown',
  host: 'unknown',
  run: '',
  target: 'unknown',
  acquired_at: LONG_AGO,
  expires_at: LONG_AGO,
};
