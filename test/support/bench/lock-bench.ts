/** Runs that want the lock of one stack, in a fake world with a store in memory. */
import type { Lease } from '../../../src/engine/lock/lease.ts';
import { withLock } from '../../../src/engine/lock/lock.ts';
import type { LockRequest } from '../../../src/engine/lock/lock.ts';
import { MemoryStore } from '../../../src/stores/memory/index.ts';
import type { Store } from '../../../src/stores/store.ts';
import { FakeWorld } from '../servers/fake-world.ts';
import type { FakeProcess } from '../servers/fake-world.ts';

/** What a store does to one call before it answers; throws to lose the answer. */
export type Trouble = (call: 'readRecord' | 'writeRecord', work: () => Promise<void>) => Promise<void>;

export interface LockRun {
  readonly process: FakeProcess;
  /** The lease, once it has one. */
  lease: Lease | undefined;
  /** `waiting`, `working`, `releasing`, `done`, or what went wrong. */
  state: unknown;
  /** Ends its work. */
  finish: (error?: Error) => void;
  readonly waitedFor: string[];
}

const NOT_YET = (): void => undefined;

export class LockBench {
  readonly world = new FakeWorld();
  readonly store = new MemoryStore(() => this.world.wholeSeconds());

  /** Begins a run, which works until it is ended. */
  start(options: Partial<LockRequest> & { process?: FakeProcess; who?: string; trouble?: Trouble } = {}): LockRun {
    const { process = this.world.process(), who = 'ann', trouble, ...rest } = options;
    const run: LockRun = { process, lease: undefined, state: 'waiting', finish: NOT_YET, waitedFor: [] };
    const work = new Promise<void>((resolve, reject) => {
      run.finish = (error) => (error === undefined ? resolve() : reject(error));
    });
    const request: LockRequest = {
      stack: 'acme',
      target: 'dev',
      identity: { who, host: `host-of-${who}`, run: `https://ci.test/${who}` },
      timeoutMs: 0,
      breakLock: false,
      clock: process.clock,
      monotonic: process.monotonic,
      random: () => 0.5,
      onWait: (holder) => {
        if (run.waitedFor.at(-1) !== holder) run.waitedFor.push(holder);
      },
      ...rest,
    };
    const store = trouble === undefined ? this.store : troubled(this.store, trouble);
    withLock(store, request, async (lease) => {
      [run.lease, run.state] = [lease, 'working'];
      await work;
      // The lock may be somebody else's before the answer to its release is there; nothing is written any more.
      run.state = 'releasing';
      return 'done';
    }).then(
      (state) => (run.state = state),
      (error: unknown) => (run.state = error),
    );
    return run;
  }

  record(): Promise<Record<string, unknown>> {
    return this.store.readRecord('lock/acme').then(({ value }) => ({ ...value }));
  }
}

/** Whether a run could write at this moment. */
export function mayWrite({ lease, state }: LockRun): boolean {
  return state === 'working' && lease !== undefined && lease.failure() === undefined;
}

function troubled(store: MemoryStore, trouble: Trouble): Store {
  const through = async <R>(call: Parameters<Trouble>[0], work: () => Promise<R>): Promise<R> => {
    const results: R[] = [];
    await trouble(call, async () => void results.push(await work()));
    const [result] = results;
    if (result === undefined) throw new Error('the trouble let the call out');
    return result;
  };
  const changed: Pick<Store, 'readRecord' | 'writeRecord'> = {
    readRecord: (name) => through('readRecord', () => store.readRecord(name)),
    writeRecord: (name, value, expected) => through('writeRecord', () => store.writeRecord(name, value, expected)),
  };
  return new Proxy(store, {
    get: (target, key) => {
      if (key === 'readRecord' || key === 'writeRecord') return changed[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
