/** apply and rotate write only while they hold the lock, and only what still is to be done then. */
import { beforeEach, describe, expect, it } from 'vitest';
import { captureIo } from '../../../test/support/process/captured-io.ts';
import type { CapturedIo } from '../../../test/support/process/captured-io.ts';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { opened, typed } from '../../../test/support/bench/opened.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import type { Lease } from '../../engine/lock/lease.ts';
import { planFresh } from '../../engine/plan/resolve-plan.ts';
import { GrantryError } from '../../model/errors.ts';
import type { Json } from '../../model/values/json.ts';
import { apply } from '../apply.ts';
import { rotate } from '../rotate.ts';
import { applyTo } from './apply.ts';
import type { ApplyOptions } from './apply.ts';
import { rotateIn } from './rotate.ts';
import type { RotateOptions } from './rotate.ts';
import { carryOutPlan } from '../../engine/run/apply/carry-out-plan.ts';
import type { OpenTarget } from '../../engine/run/open-target.ts';
import type { RunContext } from '../../engine/run/run-context.ts';
import { readOptions } from '../../cli/command-line/option.ts';
import { makeRunContext } from '../../cli/listeners/run-context.ts';

const UNASKED: ApplyOptions = { ...readOptions(apply.options, { target: ['dev'], proof: [] }), args: [] };
const APPROVED: ApplyOptions = { ...UNASKED, autoApprove: true };
const ROTATE: RotateOptions = { ...readOptions(rotate.options, { target: ['dev'], autoApprove: [] }), args: [] };
const NOT_SAVED = { saved: undefined, overrides: new Set<never>() };
const ENDED = { previous: undefined, previousUntil: undefined };
const DUE = { kind: 'due', stagger: false, max: undefined } as const;
/** Never due. */
const LASTING = { every: 10_000_000_000, overlap: 0 };
const lasting = (name: string): ReturnType<typeof client> =>
  client(name, {}, { credential: { path: name, rotate: LASTING } });
const BEFORE = state([api('stock', ['stock:read'])], [lasting('orders'), lasting('audit')]);
const AFTER = state(
  [api('stock', ['stock:read', 'stock:write'])],
  [client('orders', { stock: ['stock:read'] }), client('audit', {}, { description: 'Another' })],
);

let bench: MemoryBench;

beforeEach(async () => {
  bench = new MemoryBench();
  await bench.apply(BEFORE);
});

const snapshot = (): string => JSON.stringify([bench.provider.objects, bench.store.peek('orders')]);

/** What the record of the lock says at each change of the provider. */
async function lockDuring(run: () => Promise<number>): Promise<Json[]> {
  const seen: Json[] = [];
  const look = async (): Promise<void> => {
    const { value } = await bench.store.readRecord('lock/acme');
    seen.push(value?.['released_at'] ?? 'no lock');
  };
  const { provider } = bench;
  const updateClient = provider.updateClient.bind(provider);
  const endOverlap = provider.secrets.endOverlap.bind(provider.secrets);
  bench.provider.updateClient = async (change) => look().then(() => updateClient(change));
  bench.provider.secrets.endOverlap = async (id) => look().then(() => endOverlap(id));
  await run();
  return seen;
}

/** A run of somebody else that ends just before this one gets the lock. */
function meanwhile(act: () => Promise<void>): void {
  const writeRecord = bench.store.writeRecord.bind(bench.store);
  bench.store.writeRecord = async (name, value, expected) => {
    bench.store.writeRecord = writeRecord;
    await act();
    return writeRecord(name, value, expected);
  };
}

function endOverlapOf(name: string): void {
  const object = bench.provider.objects.find(({ fields }) => fields['clientId'] === name);
  if (object !== undefined) object.previous = { secret: 'before', until: 1 };
}

/** A lease that was lost, in either way of noticing it. */
function lost(notices: Pick<Partial<Lease>, 'failure' | 'assertHeld'>): Lease {
  return { id: 'x', brokeLock: undefined, failure: () => undefined, assertHeld: () => undefined, ...notices };
}

/** Jumps an hour ahead, so that no lease is held any more. */
function sleepClock(target: OpenTarget): { readonly target: OpenTarget; readonly sleep: () => void } {
  let ahead = 0;
  const clock = { ...target.ports.clock, now: () => Date.now() + ahead };
  return { target: { ...target, ports: { ...target.ports, clock } }, sleep: () => void (ahead = 3_600_000) };
}

/** The audit log on a standard error whose reader ends after so many lines. */
function logUntil(lines: number): CapturedIo {
  const { io, written } = captureIo();
  let left = lines;
  const writeNow = (): void => void (left -= 1);
  const stderr = { ...io.stderr, writeNow, brokenBy: () => (left < 0 ? 'EPIPE' : undefined) };
  return { io: { ...io, stderr }, written };
}

const LOGGED = { auditLog: '-', parallelism: 1 };

const context = (): RunContext => makeRunContext(captureIo().io);

const LOST = new GrantryError('LOCK_HELD', 'the lock was lost');
const throwLost = (): never => {
  throw LOST;
};

/** Held for so many questions: the first is that of the note in the ledger. */
function throwAfter(times: number): () => void {
  let left = times;
  return () => {
    left -= 1;
    if (left < 0) throwLost();
  };
}

describe('apply', () => {
  it('holds the lock while it writes, and releases it', async () => {
    const { target } = opened(bench, AFTER);
    expect(await lockDuring(() => applyTo(target, NOT_SAVED, APPROVED, captureIo().io))).toEqual(['', '']);
    expect((await bench.store.readRecord('lock/acme')).value?.['released_at']).not.toBe('');
  });

  it('takes no lock and writes nothing where there is nothing to do', async () => {
    const [before, writes] = [snapshot(), bench.store.writes];
    expect(await applyTo(opened(bench, BEFORE).target, NOT_SAVED, APPROVED, captureIo().io)).toBe(0);
    expect([snapshot(), bench.store.writes]).toEqual([before, writes]);
  });

  it('does not do again what somebody did before it got the lock', async () => {
    meanwhile(async () => void (await bench.apply(AFTER)));
    const { io, written } = captureIo();
    expect(await applyTo(opened(bench, AFTER).target, NOT_SAVED, APPROVED, io)).toBe(0);
    expect(written.stdout).toContain('There was nothing to do.');
  });

  it('does not do what nobody agreed to: the object was changed before it got the lock', async () => {
    const desired = state(AFTER.apis, [...AFTER.clients, client('more')]);
    let before = '';
    meanwhile(async () => {
      await bench.apply(
        state(AFTER.apis, [client('orders', {}, { description: 'Theirs' }), ...AFTER.clients.slice(1)]),
      );
      before = snapshot();
    });
    await expect(applyTo(opened(bench, desired).target, NOT_SAVED, UNASKED, typed('yes\n'))).rejects.toMatchObject({
      code: 'STALE_PLAN',
    });
    expect(snapshot()).toBe(before);
  });

  it.each([
    ['refuses every write once it is', { assertHeld: throwAfter(1) }, 'failed'],
    ['begins nothing more once it is', { failure: () => LOST }, 'skipped'],
  ])('that lost the lock %s', async (_, notices, outcome) => {
    const before = snapshot();
    const { target } = opened(bench, AFTER);
    const resolved = await planFresh(AFTER, bench, {});
    const writing = carryOutPlan(resolved, { ...target, lease: lost(notices), applyId: 'this' }, APPROVED, context());
    const ended = await writing.then(
      ({ applied }) => applied.results.map((result) => result.outcome),
      (error: unknown) => (error === LOST ? ['failed'] : [error]),
    );
    expect([ended[0], ended.includes('done')]).toEqual([outcome, false]);
    expect(snapshot()).toBe(before);
  });

  it('sends nothing more, whatever it is, once the lock is lost', async () => {
    const { target } = opened(bench, AFTER);
    let held = true;
    const lease = lost({ assertHeld: () => void (held || throwLost()) });
    const updateClient = bench.provider.updateClient.bind(bench.provider);
    bench.provider.updateClient = async (change) => {
      // As a provider does before each of its requests.
      held = false;
      target.writeGuard.pass();
      return updateClient(change);
    };
    const resolved = await planFresh(AFTER, bench, {});
    const { applied } = await carryOutPlan(resolved, { ...target, lease, applyId: 'this' }, APPROVED, context());
    expect(
      applied.results.filter(({ address, outcome }) => address.startsWith('Client/') && outcome === 'done'),
    ).toEqual([]);
    expect(applied.firstError).toBe('LOCK_HELD');
  });

  it('stops when its audit log does: nothing begins without its line', async () => {
    const { io, written } = logUntil(3);
    expect(await applyTo(opened(bench, AFTER).target, NOT_SAVED, { ...APPROVED, ...LOGGED }, io)).toBe(1);
    // The Api has both its lines; the client is begun, and the line of its end is lost.
    expect(written.stdout).toMatch(/2 changes done, 1 skipped/);
    expect(written.stdout).toContain('stopped before it began');
  });

  it('fails when the line of its last change is lost', async () => {
    expect(await applyTo(opened(bench, AFTER).target, NOT_SAVED, { ...APPROVED, ...LOGGED }, logUntil(5).io)).toBe(1);
  });

  it('notes itself in the ledger before its first change', async () => {
    bench.provider.addApiScopes = () => Promise.reject(new GrantryError('UNREACHABLE', 'gone'));
    // Which is no write: where all else fails, nothing was written.
    const one = { ...APPROVED, parallelism: 1 };
    expect(await applyTo(opened(bench, AFTER).target, NOT_SAVED, one, captureIo().io)).toBe(4);
    expect((await bench.store.readRecord('ledger/acme')).value?.['lastApply']).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('rotate', () => {
  beforeEach(() => endOverlapOf('orders'));

  it('holds the lock while it writes, and releases it', async () => {
    const { target } = opened(bench, BEFORE);
    expect(await lockDuring(() => rotateIn(target, DUE, ROTATE, captureIo().io))).toEqual(['']);
    expect((await bench.store.readRecord('lock/acme')).value?.['released_at']).not.toBe('');
  });

  it('does not do again what somebody did before it got the lock', async () => {
    const own = bench.provider.objects.find(({ fields }) => fields['clientId'] === 'orders');
    meanwhile(async () => void delete own?.previous);
    const done = await lockDuring(() => rotateIn(opened(bench, BEFORE).target, DUE, ROTATE, captureIo().io));
    expect(done).toEqual([]);
  });

  it('refuses every write, also in the middle of a rotation, once the lock is lost', async () => {
    const { target, sleep } = sleepClock(opened(bench, BEFORE).target);
    const mark = bench.store.mark.bind(bench.store);
    bench.store.mark = async (path, value) => {
      await mark(path, value);
      sleep();
    };
    const before = JSON.stringify(bench.provider.objects);
    const named = { kind: 'named', names: ['audit'], force: true, revoke: false } as const;
    expect(await rotateIn(target, named, { ...ROTATE, parallelism: 1 }, captureIo().io)).toBe(1);
    expect(JSON.stringify(bench.provider.objects)).toBe(before);
  });

  it('begins nothing more, and sends nothing more, once the lock is lost', async () => {
    endOverlapOf('audit');
    const { io, written } = captureIo();
    const { target, sleep } = sleepClock(opened(bench, BEFORE).target);
    const [asked, sent]: [string[], string[]] = [[], []];
    bench.provider.secrets.endOverlap = async (id) => {
      asked.push(id);
      sleep();
      target.writeGuard.pass();
      sent.push(id);
      return ENDED;
    };
    expect(await rotateIn(target, DUE, { ...ROTATE, parallelism: 1 }, io)).not.toBe(0);
    expect([asked.length, sent]).toEqual([1, []]);
    expect(written.stdout).toContain('stopped before it began');
  });

  it('stops when its audit log does: nothing begins without its line', async () => {
    endOverlapOf('audit');
    let ended = 0;
    bench.provider.secrets.endOverlap = async () => {
      ended += 1;
      return ENDED;
    };
    const { target } = opened(bench, BEFORE);
    const { io, written } = logUntil(1);
    expect(await rotateIn(target, DUE, { ...ROTATE, ...LOGGED }, io)).toBe(1);
    expect([ended, written.stdout]).toEqual([1, expect.stringContaining('stopped before it began')]);
    expect(await rotateIn(target, DUE, { ...ROTATE, ...LOGGED }, logUntil(0).io)).toBe(1);
    expect(ended).toBe(1);
  });

  it("refuses what became somebody else's before it got the lock", async () => {
    const own = bench.provider.objects.find(({ fields }) => fields['clientId'] === 'audit');
    meanwhile(async () => {
      if (own !== undefined) own.fields = { ...own.fields, stack: 'theirs' };
    });
    const named = { kind: 'named', names: ['audit'], force: true, revoke: false } as const;
    await expect(rotateIn(opened(bench, BEFORE).target, named, ROTATE, captureIo().io)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });
});
