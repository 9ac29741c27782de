import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/values/json.ts';
import { describeMoment } from '../../model/text/moment.ts';
import type { StoreCapabilities } from '../../stores/store.ts';

/** How long a lock is held without being renewed, by the store's clock, and when it is renewed; milliseconds. */
export interface LeaseTimes {
  readonly leaseMs: number;
  readonly renewMs: number;
}

const SHORT: LeaseTimes = { leaseMs: 60_000, renewMs: 20_000 };
/** Few writes, for which a lock that nobody releases stays for longer. */
const LONG: LeaseTimes = { leaseMs: 15 * 60_000, renewMs: 10 * 60_000 };

/** A run that holds its lock for a day writes it 4,320 times with a short lease, 144 times with a long one. */
export function leaseTimes({
  recordWritesPerDay: most = Infinity,
}: Pick<StoreCapabilities, 'recordWritesPerDay'>): LeaseTimes {
  return most < 24 * 60 * 3 ? LONG : SHORT;
}

/** Who holds a lock, as the record of the lock says. Times are ISO 8601, by the store's clock. */
export interface LockHolder {
  /** A random id: two runs of the same person on the same machine differ in it. */
  readonly holder: string;
  /** The actor that CI names, or the user of the machine. */
  readonly who: string;
  readonly host: string;
  /** URL of the CI run; empty outside of CI. */
  readonly run: string;
  readonly target: string;
  readonly acquired_at: string;
  /** From then on anybody may take the lock. */
  readonly expires_at: string;
}

/** The record of a lock. It stays when the lock is released, so that the next run counts on from its version. */
export interface LockRecord extends LockHolder {
  /** Empty while the lock is held. */
  readonly released_at: string;
  /** Whose lock was broken to get this one; null: nobody's. */
  readonly broke: LockHolder | null;
}

/** An account that may write to the store can write anything here, and it goes to terminals: no control characters. */
const text = z.string().transform((value) => value.replace(/\p{C}/gu, '?').slice(0, 300));
const time = z.iso.datetime();

const holder = z.object({
  holder: text,
  who: text,
  host: text,
  run: text,
  target: text,
  acquired_at: time,
  expires_at: time,
});
const record = holder.extend({ released_at: z.union([z.literal(''), time]), broke: holder.nullable() });

/** Undefined where it is no record of a lock. */
export function parseLock(value: JsonObject): LockRecord | undefined {
  return record.safeParse(value).data;
}

/** The record as the store keeps it. */
export function toJson(lock: LockRecord): JsonObject {
  return { ...lock, broke: lock.broke === null ? null : { ...lock.broke } };
}

/** Whether a lock may be taken; `now` is the store's clock. At the very end of its lease it is still held. */
export function isFree(lock: LockRecord, now: number): boolean {
  return lock.released_at !== '' || now > Date.parse(lock.expires_at);
}

/**
 * Whether a lease ends later than any that a run takes or renews now, by far: no run wrote it, or the store's clock was set back since.
 * Its end means nothing, but a run that is alive renews it within one lease.
 */
export function isOverlong(lock: LockRecord, now: number, { leaseMs }: LeaseTimes): boolean {
  return Date.parse(lock.expires_at) - now > 2 * leaseMs;
}

/** The holder in words: `ann on ci-7 (https://ci.example/run/1), lock 1f0c…`. */
export function describeHolder({ who, host, run, holder }: LockHolder): string {
  return `${who} on ${host}${run === '' ? '' : ` (${run})`}, lock ${holder}`;
}

/** The refusal of a run that finds the lock held; `now` is the store's clock. */
export function heldError(stack: string, lock: LockRecord, now: number, times: LeaseTimes): GrantryError {
  const minutes = times.leaseMs / 60_000;
  const inMinutes = minutes === 1 ? 'a minute' : `${minutes} minutes`;
  if (isOverlong(lock, now, times)) {
    return new GrantryError(
      'LOCK_HELD',
      `the stack ${stack} is locked by ${describeHolder(lock)}, with a lease that ends at ${describeMoment(Date.parse(lock.expires_at))}: ` +
        'no run takes one that long. Nothing was changed',
      {
        hint: `If nobody renews it within ${inMinutes} it is taken: run it again with --lock-timeout ${2 * minutes}m. --break-lock does not wait: make sure that no other run is at work.`,
      },
    );
  }
  const seconds = Math.max(0, Math.ceil((Date.parse(lock.expires_at) - now) / 1000));
  return new GrantryError(
    'LOCK_HELD',
    `the stack ${stack} is locked by ${describeHolder(lock)}: it has been working on ${lock.target} since ` +
      `${describeMoment(Date.parse(lock.acquired_at))}; its lease ends at ${describeMoment(Date.parse(lock.expires_at))}, in ${seconds} s, unless it goes on. Nothing was changed`,
    {
      hint: `Wait for it with --lock-timeout ${Math.max(10, 2 * minutes)}m. A run that died is waited for in ${inMinutes}; --break-lock does not wait: make sure that it is dead.`,
    },
  );
}

/** The refusal of a run that finds something else at the place of the lock. */
export function unreadableError(place: string): GrantryError {
  return new GrantryError('FAILED', `what lies at ${place} is not the record of a lock. Nothing was changed`, {
    hint: 'It was changed by hand, or by another version of grantry. If no other run is at work, take it with --break-lock.',
  });
}

/** Why a run that held the lock does so no more. */
export function lostError(stack: string, place: string, taker: LockRecord | undefined): GrantryError {
  const who = taker === undefined ? `nothing of it is left at ${place}` : `${describeHolder(taker)} has it now`;
  return new GrantryError('LOCK_HELD', `the lock of the stack ${stack} was lost: ${who}`, {
    hint: 'Nothing more was written. Look at what is left to do with grantry plan.',
  });
}
