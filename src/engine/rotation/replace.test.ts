import { describe, expect, it } from 'vitest';
import { planFresh, planSaved } from '../plan/resolve-plan.ts';
import type { DesiredState } from '../../model/desired.ts';
import type { Plan } from '../../model/plan.ts';
import type { SavedPlan } from '../../model/saved-plan.ts';
import { savePlan } from '../plan/saved/save-plan.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { RotationBench } from '../../../test/support/bench/rotation-bench.ts';
import { testTarget } from '../../../test/support/bench/random-states.ts';
import { nextSecretIn, secretIn } from '../../../test/support/stored-secrets.ts';

const DESIRED: DesiredState = {
  target: testTarget(),
  apis: [],
  clients: [
    {
      name: 'orders',
      clientId: 'orders',
      owner: 'team',
      description: '',
      labels: {},
      access: [],
      auth: 'client_secret_basic',
      state: 'enabled',
      credential: { path: 'orders', rotate: { every: 7_776_000, overlap: 0 } },
      settings: { kind: 'memory' },
      position: { file: 'a.yaml', line: 1, column: 1 },
    },
  ],
  overlaps: [],
};

const MASK = '**********';

/** A stack in sync, of whose client somebody set the secret to a mask, and nothing else. */
async function masked(): Promise<MemoryBench> {
  const bench = new MemoryBench();
  await bench.apply(DESIRED);
  clientOf(bench).secret = MASK;
  return bench;
}

function clientOf(bench: MemoryBench) {
  const client = bench.provider.objects.find(({ kind }) => kind === 'Client');
  if (client === undefined) throw new Error('no client');
  return client;
}

function reasons({ changes }: Plan): string[] {
  return changes.map((change) => ('delivery' in change ? (change.delivery?.reason ?? '') : ''));
}

describe('replaceSecret', () => {
  it('is what the plan wants of a secret that anybody can guess, named as that, and then nothing more', async () => {
    const bench = await masked();
    expect(reasons(await bench.plan(DESIRED))).toEqual(['guessable']);
    expect((await bench.apply(DESIRED)).firstError).toBeUndefined();
    const { secret } = clientOf(bench);
    expect(secret).not.toBe(MASK);
    const stored = await bench.store.read('orders');
    expect([secretIn(stored), nextSecretIn(stored)]).toEqual([secret, undefined]);
    expect((await bench.plan(DESIRED)).changes).toEqual([]);
  });

  it('ends the previous secret too', async () => {
    const bench = new MemoryBench({ secretOverlap: true });
    await bench.apply(DESIRED);
    const client = clientOf(bench);
    Object.assign(client, { secret: MASK, previous: { secret: MASK, until: Number.MAX_SAFE_INTEGER } });
    await bench.apply(DESIRED);
    expect([client.previous, bench.provider.accepts('orders', MASK)]).toEqual([undefined, false]);
  });

  it('leaves the present secret where only the previous one can be guessed: its overlap ends', async () => {
    const bench = new MemoryBench({ secretOverlap: true });
    await bench.apply(DESIRED);
    const client = clientOf(bench);
    const { secret } = client;
    Object.assign(client, { previous: { secret: MASK, until: Number.MAX_SAFE_INTEGER } });
    expect(reasons(await bench.plan(DESIRED))).toEqual(['previous-guessable']);
    await bench.apply(DESIRED);
    expect([client.secret, client.previous]).toEqual([secret, undefined]);
    expect(secretIn(await bench.store.read('orders'))).toBe(secret);
    expect((await bench.plan(DESIRED)).changes).toEqual([]);
  });

  it('is not done by a saved plan that only ends an overlap', async () => {
    const bench = new MemoryBench({ secretOverlap: true });
    await bench.apply(DESIRED);
    const client = clientOf(bench);
    Object.assign(client, { previous: { secret: MASK, until: Number.MAX_SAFE_INTEGER } });
    const { plan, input } = await planFresh(DESIRED, bench, {});
    const saved = savePlan(plan, input, { tool: 'test', createdAt: '2026-11-30T00:00:00Z', lastApply: null });
    client.secret = MASK;
    await expect(planSaved(saved, DESIRED, bench)).rejects.toMatchObject({ code: 'STALE_PLAN' });
  });

  it('is what a rotation does too, whatever it was asked for: the mask is refused at once', async () => {
    const bench = new RotationBench({ secretOverlap: true });
    const desired = {
      ...DESIRED,
      clients: DESIRED.clients.map((client) => ({
        ...client,
        credential: { path: 'orders', rotate: { every: 7_776_000, overlap: 3600 } },
      })),
      overlaps: [3600],
    };
    await bench.apply(desired);
    Object.assign(clientOf(bench), { secret: MASK, previous: { secret: 'older', until: bench.provider.now + 1000 } });
    const { results } = await bench.rotate(desired, { kind: 'due', stagger: false, max: undefined });
    expect(results).toMatchObject([{ outcome: 'done' }]);
    expect([bench.provider.accepts('orders', MASK), bench.provider.accepts('orders', 'older')]).toEqual([false, false]);
    expect((await bench.plan(desired)).changes).toEqual([]);
  });

  it('loses no secret and converges, whichever of its writes is the last', async () => {
    for (let writes = 0; writes < 8; writes += 1) {
      const bench = await masked();
      await bench.carryOut(await bench.plan(DESIRED), writes);
      const lying = await bench.store.read('orders');
      const held = [secretIn(lying), nextSecretIn(lying)];
      // Before the first write there lies what was delivered before the mask.
      expect(writes < 2 || held.includes(clientOf(bench).secret), `after ${writes} writes`).toBe(true);
      await bench.apply(DESIRED);
      const stored = await bench.store.read('orders');
      expect(secretIn(stored), `after ${writes} writes`).toBe(clientOf(bench).secret);
      expect(clientOf(bench).secret).not.toBe(MASK);
      expect((await bench.plan(DESIRED)).changes).toEqual([]);
    }
  });

  it('is done by a saved plan only where that says so', async () => {
    const bench = await masked();
    const moved = {
      ...DESIRED,
      clients: DESIRED.clients.map((client) => ({ ...client, auth: 'client_secret_post' as const })),
    };
    const reviewed = await saved(bench, DESIRED);
    clientOf(bench).secret = 'changed back by hand';
    const facts = await saved(bench, moved);
    clientOf(bench).secret = MASK;
    await expect(planSaved(facts, moved, bench)).rejects.toMatchObject({ code: 'STALE_PLAN' });
    const { plan } = await planSaved(reviewed, DESIRED, bench);
    // Cut off after the secret was set: what is left to do is a part of what was reviewed.
    await bench.carryOut(plan, 3);
    const left = await planSaved(reviewed, DESIRED, bench);
    await bench.carryOut(left.plan);
    expect((await bench.plan(DESIRED)).changes).toEqual([]);
  });
});

async function saved(bench: MemoryBench, desired: DesiredState): Promise<SavedPlan> {
  const { plan, input } = await planFresh(desired, bench, {});
  return savePlan(plan, input, { tool: 'test', createdAt: '2026-11-30T00:00:00.000Z', lastApply: null });
}
