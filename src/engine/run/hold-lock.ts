import { describeHolder } from '../lock/lock-record.ts';
import type { Lease } from '../lock/lease.ts';
import { withLock } from '../lock/lock.ts';
import type { OpenTarget } from './open-target.ts';
import type { LockPolicy, RunContext } from './run-context.ts';

/** Runs `work` while holding the lock of the target's stack, and reports what becomes of the lock. */
export async function holdLock<T>(
  { desired, store, ports }: Pick<OpenTarget, 'desired' | 'store' | 'ports'>,
  { timeout, breakLock }: LockPolicy,
  { identity, monotonic, signal, emit }: RunContext,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const { stack, name } = desired.target;
  const request = {
    stack,
    target: name,
    identity,
    timeoutMs: timeout,
    breakLock,
    clock: ports.clock,
    random: ports.random,
    monotonic,
    signal,
    onWait: (holder: string, left: number) => emit({ kind: 'lock-awaited', stack, holder, left }),
  };
  try {
    return await withLock(store, request, async (lease) => {
      emit({ kind: 'lock-taken', stack, broke: brokenLock(lease) });
      return work(lease);
    });
  } finally {
    emit({ kind: 'lock-ended', stack });
  }
}

/** Whose lock was broken to get this one, in words. */
export function brokenLock(lease: Lease | undefined): string | undefined {
  return lease?.brokeLock === undefined ? undefined : describeHolder(lease.brokeLock);
}
