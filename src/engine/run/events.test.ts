/** Whole runs with no command line at all: what a worker or a metric would hear of them, in order. */
import { beforeEach, describe, expect, it } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { portsOver } from '../../../test/support/servers/ports-over.ts';
import { GrantryError } from '../../model/errors.ts';
import { WriteGuard } from '../../platform/write-guard.ts';
import { NO_ADOPTION, parseAdoption } from '../plan/adoption.ts';
import { savePlan } from '../plan/saved/save-plan.ts';
import type { ApplyRequest } from './apply/apply-request.ts';
import { applyTarget } from './apply/apply-target.ts';
import type { RunEvent } from './events.ts';
import type { OpenTarget } from './open-target.ts';
import { exitCodeOfOutcome } from './outcome.ts';
import { planTarget } from './plan-target.ts';
import { rotateTarget } from './rotate/rotate-target.ts';
import type { RotateRequest } from './rotate/rotate-request.ts';
import type { RunContext } from './run-context.ts';
import { statusTarget } from './status-target.ts';
import { verifyTarget } from './verify-target.ts';

const NAMES = { provider: 'memory', store: 'memory' };
const DESIRED = state([api('stock', ['stock:read'])], [client('audit'), client('orders', { stock: ['stock:read'] })]);
const APPLY: ApplyRequest = {
  saved: undefined,
  adoption: NO_ADOPTION,
  overrides: new Set(),
  checkStore: false,
  purgeStore: false,
  proof: true,
  parallelism: 1,
  lock: { timeout: 0, breakLock: false },
  approval: { confirm: async () => undefined, coversChanges: true },
};
const ROTATE: RotateRequest = {
  rotation: { kind: 'all', force: true, revoke: false, max: undefined },
  parallelism: 1,
  lock: { timeout: 0, breakLock: false },
  confirm: async () => undefined,
};

let bench: MemoryBench;
let target: OpenTarget;
let events: RunEvent[];
let context: RunContext;

beforeEach(() => {
  bench = new MemoryBench();
  const { provider, store } = bench;
  target = { desired: DESIRED, provider, store, ports: portsOver(answer), writeGuard: new WriteGuard() };
  events = [];
  context = {
    signal: new AbortController().signal,
    monotonic: () => performance.now(),
    identity: { who: 'worker', host: 'node-1', run: undefined },
    tool: '1.2.3',
    emit: (event) => void events.push(event),
  };
});

/** A token endpoint that takes the secrets of the provider; its tokens are none that could be checked. */
const answer: typeof globalThis.fetch = async (input, init) => {
  const { url, headers } = new Request(input, init);
  if (!url.endsWith('/token')) return new Response(null, { status: 404 });
  const [id = '', secret = ''] = atob(headers.get('authorization')?.replace('Basic ', '') ?? '').split(':');
  return bench.provider.accepts(decodeURIComponent(id), decodeURIComponent(secret))
    ? Response.json({ access_token: 'not-a-jwt', token_type: 'Bearer' })
    : Response.json({ error: 'invalid_client' }, { status: 401 });
};

/** A listener that fails once a change is made. */
function failWhenDone(event: RunEvent): void {
  if (event.kind === 'audit' && event.event.event === 'done') throw new TypeError('a mistake');
}

/** Each event as `kind what`. */
function heard(): string[] {
  return events.map((event) => {
    switch (event.kind) {
      case 'plan-made':
      case 'plan-changed':
        return `${event.kind} ${event.plan.changes.length}`;
      case 'work-begun':
        return `${event.kind} ${event.total} ${event.unit}`;
      case 'work-ended':
        return `${event.kind} ${event.unit}`;
      case 'change-begun':
        return `${event.kind} ${event.change.address}`;
      case 'rotation-begun':
        return `${event.kind} ${event.task.address}`;
      case 'change-ended':
      case 'rotation-ended':
        return `${event.kind} ${event.result.address} ${event.result.outcome}`;
      case 'proof-ended':
        return `${event.kind} ${event.proof.address}`;
      case 'audit':
        return `${event.kind} ${event.event.event} ${event.event.address} by ${event.event.who}`;
      case 'notice':
        return `${event.kind} ${event.text}`;
      case 'stopped':
      case 'not-noted':
      case 'not-proven':
        return `${event.kind} ${event.error.code}`;
      case 'confirmation-awaited':
      case 'confirmed':
      case 'lock-awaited':
      case 'lock-taken':
      case 'lock-ended':
        return event.kind;
      default:
        return event satisfies never;
    }
  });
}

const step = (address: string, kind: 'change' | 'rotation'): string[] => [
  `audit begun ${address} by worker`,
  `${kind}-begun ${address}`,
  `audit done ${address} by worker`,
  `${kind}-ended ${address} done`,
];

describe('the events of a run', () => {
  it('planTarget: the plan that was made', async () => {
    const request = { part: undefined, checkStore: false, adoption: NO_ADOPTION, saves: false };
    const { plan } = await planTarget({ desired: DESIRED, names: NAMES, open: async () => target }, request, context);
    expect(heard()).toEqual(['plan-made 3']);
    expect(events).toEqual([{ kind: 'plan-made', plan }]);
  });

  it('planTarget: of a part, what of the rest is not as declared', async () => {
    await bench.apply(state([api('stock', ['stock:read'], { owner: 'team-b' })], []));
    const part = { only: ['Client/orders'], addresses: ['Client/orders' as const], undeclared: [] };
    const request = { part, checkStore: false, adoption: NO_ADOPTION, saves: false };
    const opening = { desired: DESIRED, names: NAMES, open: async () => target };
    expect((await planTarget(opening, request, context)).notices).toContain(
      'Api/stock is not as declared, and this plan leaves it alone.',
    );
  });

  it('applyTarget: the plan, the yes to it, the lock, every change with its audit, every proof', async () => {
    const { report, written, complete } = await applyTarget(target, APPLY, context);
    expect(heard()).toEqual([
      'plan-made 3',
      'confirmation-awaited',
      'confirmed',
      'lock-taken',
      'plan-made 3',
      'work-begun 3 change',
      ...step('Api/stock', 'change'),
      ...step('Client/audit', 'change'),
      ...step('Client/orders', 'change'),
      'work-ended change',
      'work-begun 2 proof',
      'proof-ended Client/audit',
      'proof-ended Client/orders',
      'work-ended proof',
      'lock-ended',
    ]);
    // Its tokens are none.
    expect([written, complete]).toEqual([true, false]);
    expect(report.audit).toEqual(events.flatMap((event) => (event.kind === 'audit' ? [event.event] : [])));
  });

  it('applyTarget: the plan as it is by now, where the yes covers that', async () => {
    const approval = {
      confirm: async () => void (await bench.apply(state(DESIRED.apis, [client('orders')]))),
      coversChanges: true,
    };
    await applyTarget(target, { ...APPLY, proof: false, approval }, context);
    expect(heard().slice(0, 6)).toEqual([
      'plan-made 3',
      'confirmation-awaited',
      'confirmed',
      'lock-taken',
      'plan-made 2',
      'plan-changed 2',
    ]);
  });

  it('planTarget and applyTarget: which of the adoptions asked for is of no use', async () => {
    const adoption = parseAdoption(['Client/nobody']);
    const unused = expect.stringMatching(/^notice --adopt Client\/nobody takes nothing over/);
    const request = { part: undefined, checkStore: false, adoption, saves: false };
    await planTarget({ desired: DESIRED, names: NAMES, open: async () => target }, request, context);
    expect(heard()).toEqual(['plan-made 3', unused]);
    await applyTarget(target, { ...APPLY, adoption }, context);
    expect(heard().slice(2, 4)).toEqual(['plan-made 3', unused]);
  });

  it('applyTarget: that a saved plan is trusted, where no manifests say what is meant', async () => {
    const request = { part: undefined, checkStore: false, adoption: NO_ADOPTION, saves: true };
    const planned = await planTarget({ desired: DESIRED, names: NAMES, open: async () => target }, request, context);
    const saved = savePlan(planned.plan, planned.basis, { tool: '1.2.3', createdAt: '', lastApply: planned.lastApply });
    const unmanifested = { ...target, desired: state([], []) };
    expect(await applyTarget(unmanifested, { ...APPLY, saved, proof: false }, context)).toMatchObject({
      complete: true,
    });
    expect(heard()[1]).toMatch(/^notice There are no manifests here to hold the plan against/);
    events.splice(0);
    await applyTarget(target, { ...APPLY, saved, proof: false }, context);
    expect(heard().filter((line) => line.startsWith('notice'))).toEqual([]);
  });

  it('applyTarget: no lock and no question where there is nothing to do', async () => {
    await bench.apply(DESIRED);
    expect(await applyTarget(target, APPLY, context)).toMatchObject({ written: false, complete: true });
    expect(heard()).toEqual([
      'plan-made 0',
      'work-begun 0 change',
      'work-ended change',
      'work-begun 0 proof',
      'work-ended proof',
    ]);
  });

  it('applyTarget: nothing after a no, and nothing is written', async () => {
    const refusal = new GrantryError('NOT_CONFIRMED', 'not by this policy');
    const confirm = (): Promise<void> => Promise.reject(refusal);
    const approval = { confirm, coversChanges: false };
    await expect(applyTarget(target, { ...APPLY, approval }, context)).rejects.toBe(refusal);
    expect(heard()).toEqual(['plan-made 3', 'confirmation-awaited']);
    expect([bench.provider.objects, bench.store.writes]).toEqual([[], 0]);
  });

  it('applyTarget: begins no change whose audit event a listener could not keep', async () => {
    const full = new GrantryError('FAILED', 'the disk is full');
    const emit = (event: RunEvent): void => {
      if (event.kind === 'audit') throw full;
      events.push(event);
    };
    const outcome = await applyTarget(target, { ...APPLY, proof: false }, { ...context, emit });
    expect(outcome).toMatchObject({ firstError: 'FAILED', complete: false });
    expect(outcome.report.results.some((result) => result.outcome === 'done')).toBe(false);
    expect(bench.provider.objects).toEqual([]);
    expect(heard()).toContain('stopped FAILED');
  });

  it('applyTarget: begins no further change once the user stops it', async () => {
    const stopping = new AbortController();
    const emit = (event: RunEvent): void => {
      events.push(event);
      if (event.kind === 'change-ended') stopping.abort();
    };
    const request = { ...APPLY, proof: false };
    const { report } = await applyTarget(target, request, { ...context, signal: stopping.signal, emit });
    expect(report.results.map(({ outcome }) => outcome)).toEqual(['done', 'skipped', 'skipped']);
    expect(bench.provider.objects).toHaveLength(1);
  });

  it('applyTarget: ends with a mistake of a listener, once the change that it hears of is made', async () => {
    await expect(applyTarget(target, APPLY, { ...context, emit: failWhenDone })).rejects.toThrow('a mistake');
    expect(bench.provider.objects).toHaveLength(1);
  });

  it('applyTarget: whose lock was broken', async () => {
    const now = Date.now();
    const [acquired_at = '', expires_at = ''] = [now, now + 30_000].map((at) => new Date(at).toISOString());
    const holder = { holder: '1f', who: 'ann', host: 'ci-7', run: '', target: 'dev', acquired_at, expires_at };
    await bench.store.writeRecord('lock/acme', { ...holder, released_at: '', broke: null }, 0);
    const request = { ...APPLY, proof: false };
    await expect(applyTarget(target, request, context)).rejects.toMatchObject({ code: 'LOCK_HELD' });
    const lock = { timeout: 0, breakLock: true };
    const { report } = await applyTarget(target, { ...request, lock }, context);
    const taken = events.find(({ kind }) => kind === 'lock-taken');
    expect(taken).toMatchObject({ broke: 'ann on ci-7, lock 1f' });
    expect(report.brokeLock).toBe('ann on ci-7, lock 1f');
  });

  it('rotateTarget: begins no further rotation once the user stops it', async () => {
    await bench.apply(DESIRED);
    const stopping = new AbortController();
    const emit = (event: RunEvent): void => {
      if (event.kind === 'rotation-ended') stopping.abort();
    };
    const { report } = await rotateTarget(target, ROTATE, { ...context, signal: stopping.signal, emit });
    expect(report.results.map(({ outcome }) => outcome)).toEqual(['done', 'skipped']);
  });

  it('rotateTarget: the yes, the lock, what consumers must know, and every rotation with its audit', async () => {
    await bench.apply(DESIRED);
    const outcome = await rotateTarget(target, ROTATE, context);
    const [gap = ''] = outcome.report.notices;
    expect(gap).toMatch(/^No overlap here/);
    expect(heard()).toEqual([
      'confirmation-awaited',
      'confirmed',
      'lock-taken',
      'work-begun 2 rotation',
      `notice ${gap}`,
      ...step('Client/audit', 'rotation'),
      ...step('Client/orders', 'rotation'),
      'work-ended rotation',
      'lock-ended',
    ]);
    expect(outcome).toMatchObject({ written: true, complete: true });
  });

  it('rotateTarget: asks nobody about one client that was named', async () => {
    await bench.apply(DESIRED);
    const rotation = { kind: 'named', names: ['orders'], force: true, revoke: true } as const;
    await rotateTarget(target, { ...ROTATE, rotation, confirm: async () => expect.fail('asked') }, context);
    expect(heard()).not.toContain('confirmation-awaited');
    expect(heard()).toContain('rotation-ended Client/orders done');
  });

  it('verifyTarget and statusTarget: proofs, and nothing', async () => {
    await bench.apply(DESIRED);
    const { report } = await verifyTarget(target, { clients: ['orders'], parallelism: 1 }, context);
    expect(heard()).toEqual(['work-begun 1 proof', 'proof-ended Client/orders', 'work-ended proof']);
    expect(report.proofs).toHaveLength(1);
    expect((await statusTarget(target)).report.credentials).toHaveLength(2);
  });
});

describe('the outcome of a run', () => {
  it('is complete where all is done and proven, or nothing was to be proven', async () => {
    expect(await applyTarget(target, { ...APPLY, proof: false }, context)).toMatchObject({ complete: true });
  });

  it('is not complete once it was stopped, whatever was done', async () => {
    const stopping = new AbortController();
    const emit = (event: RunEvent): void => {
      if (event.kind === 'work-ended') stopping.abort();
    };
    const { signal } = stopping;
    const outcome = await applyTarget(target, { ...APPLY, proof: false }, { ...context, signal, emit });
    expect(outcome.report).toMatchObject({ interrupted: true });
    expect(outcome).toMatchObject({ firstError: undefined, complete: false });
    expect(await verifyTarget(target, { clients: [], parallelism: 1 }, { ...context, signal })).toMatchObject({
      complete: true,
    });
    const all = { clients: undefined, parallelism: 1 };
    expect(await verifyTarget(target, all, { ...context, signal })).toMatchObject({ complete: false });
  });

  it('verifyTarget: is none where a server is away: that says nothing of the clients', async () => {
    await bench.apply(DESIRED);
    const away = new GrantryError('UNREACHABLE', 'the store is away');
    bench.store.read = () => Promise.reject(away);
    await expect(verifyTarget(target, { clients: undefined, parallelism: 1 }, context)).rejects.toBe(away);
  });

  it('verifyTarget: is none for a client that the target does not have', async () => {
    await expect(verifyTarget(target, { clients: ['order'], parallelism: 1 }, context)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/has no client "order"; did you mean "orders"\?$/),
    });
  });

  it.each([
    ['0: complete', undefined, true, true, 0],
    ['1: not complete', undefined, true, false, 1],
    ['4: a server was away before anything was written', 'UNREACHABLE', false, false, 4],
    ['3: refused before anything was written', 'LOCK_HELD', false, false, 3],
    ['1: whatever failed after that', 'UNREACHABLE', true, false, 1],
  ] as const)('has an exit code, %s', (_, firstError, written, complete, code) => {
    expect(exitCodeOfOutcome({ firstError, written, complete })).toBe(code);
  });
});
