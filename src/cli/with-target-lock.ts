import { withLock } from '../engine/lock/lock.ts';
import type { Lease } from '../engine/lock/lease.ts';
import { describeHolder } from '../engine/lock/lock-record.ts';
import { printable } from '../model/printable.ts';
import { monotonic } from '../platform/clock.ts';
import { runIdentity } from '../platform/run-identity.ts';
import type { CommandIo, CommandOptions } from './context.ts';
import type { OpenTarget } from './targets.ts';

/** What a report says of the lock that was broken. */
export function brokenLock(lease: Lease | undefined): { readonly brokeLock?: string } {
  return lease?.brokeLock === undefined ? {} : { brokeLock: describeHolder(lease.brokeLock) };
}

/** Runs `work` while holding the lock of the target's stack; tells for whom it waits and whose lock it broke. */
export async function withTargetLock<T>(
  { desired, store, ports }: Pick<OpenTarget, 'desired' | 'store' | 'ports'>,
  options: Pick<CommandOptions, 'lockTimeout' | 'breakLock'>,
  io: CommandIo,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const { stack, name } = desired.target;
  let told: string | undefined;
  const request = {
    stack,
    target: name,
    identity: runIdentity(io.env),
    timeoutMs: options.lockTimeout * 1000,
    breakLock: options.breakLock,
    clock: ports.clock,
    random: ports.random,
    monotonic,
    signal: io.signal,
    onWait: (holder: string, left: number) => {
      if (told !== holder) io.stderr.write(`${printable(`Waiting for the lock of the stack ${stack}: ${holder}`)}\n`);
      told = holder;
      const seconds = Math.ceil(left / 1000);
      if (io.stderr.isTerminal) io.stderr.status(`waiting for the lock, for ${seconds} s more at most`, 'waiting');
    },
  };
  const stopTelling = (): void => {
    if (told !== undefined) io.stderr.clearStatus('waiting');
  };
  return withLock(store, request, async (lease) => {
    stopTelling();
    if (lease.brokeLock !== undefined) {
      io.stderr.write(`${printable(`Broke the lock of the stack ${stack}: ${describeHolder(lease.brokeLock)}`)}\n`);
    }
    return work(lease);
  }).finally(stopTelling);
}
