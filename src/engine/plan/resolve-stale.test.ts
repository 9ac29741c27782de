/** A plan file that was kept: what it touches may have moved since, or the plan may no longer be meant. */
import { describe, expect, it } from 'vitest';
import type { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { client, state } from '../../../test/support/bench/declared.ts';
import { applyIdOf } from './saved/save-plan.ts';
import { noteApply } from '../ledger/ledger.ts';
import { planSaved } from './resolve-plan.ts';
import type { SavedPlan } from '../../model/saved-plan.ts';
import {
  AFTER,
  ELDER,
  STOCK,
  apply,
  begin,
  carryOut,
  edited,
  outcomeOf,
  plain,
  save,
  withRightDigest,
  withoutManifests,
} from '../../../test/support/bench/plan-files.ts';

describe('planSaved without manifests: a plan that widens access and was taken back', () => {
  const WIDER = state([STOCK], [client('orders', { stock: ['stock:read', 'stock:write'] })]);
  const NARROW = state([STOCK], [client('orders', { stock: ['stock:read'] })]);

  async function applied(): Promise<{ bench: MemoryBench; saved: SavedPlan }> {
    const bench = await begin(NARROW);
    const saved = await save(bench, WIDER);
    await carryOut(bench, await planSaved(saved, withoutManifests(WIDER), bench), applyIdOf(saved));
    return { bench, saved };
  }

  it('does not apply again', async () => {
    const { bench, saved } = await applied();
    await apply(bench, NARROW, 'back');
    await expect(planSaved(saved, withoutManifests(NARROW), bench)).rejects.toMatchObject({
      code: 'STALE_PLAN',
      message: expect.stringContaining('something else was applied to the stack acme since the plan was made'),
    });
  });

  it('is finished where its own apply was cut off', async () => {
    const bench = await begin(NARROW);
    const saved = await save(bench, WIDER);
    await noteApply(bench.store, 'acme', applyIdOf(saved));
    const { plan } = await planSaved(saved, withoutManifests(WIDER), bench);
    expect(plan.changes).toHaveLength(1);
  });

  it('is applied where the manifests still mean it, whatever else was applied', async () => {
    const bench = await begin(NARROW);
    const saved = await save(bench, WIDER);
    await noteApply(bench.store, 'acme', 'something else');
    expect((await planSaved(saved, WIDER, bench)).plan.changes).toHaveLength(1);
    await expect(planSaved(saved, withoutManifests(WIDER), bench)).rejects.toMatchObject({ code: 'STALE_PLAN' });
  });

  it('is done, not stale, where all of it is there', async () => {
    const { bench, saved } = await applied();
    await noteApply(bench.store, 'acme', 'something else');
    expect(await planSaved(saved, withoutManifests(WIDER), bench)).toMatchObject({
      plan: { changes: [] },
      done: ['Client/orders'],
    });
  });
});

describe('planSaved: what moved since', () => {
  it.each(['target', 'stack', 'provider', 'store'])('another %s is refused', async (key) => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    await expect(planSaved({ ...saved, [key]: 'another' }, AFTER, bench, ELDER)).rejects.toMatchObject({
      code: 'STALE_PLAN',
      message: expect.stringContaining(`the plan is for the ${key} another, not for`),
    });
  });

  it('manifests that differ are refused, with the address', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const clients = AFTER.clients.map((one) => (one.name === 'orders' ? { ...one, description: 'Another' } : one));
    await expect(planSaved(saved, { ...AFTER, clients }, bench, ELDER)).rejects.toMatchObject({
      code: 'STALE_PLAN',
      message: expect.stringContaining('the manifests say something else'),
      hint: expect.stringContaining('Client/orders'),
    });
  });

  it('another outcome than the one that was reviewed is refused, as of another version of grantry', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const changes = saved.changes.map((change) =>
      change.address === 'Client/orders' && 'after' in change
        ? { ...change, after: { ...change.after, description: 'As reviewed' } }
        : change,
    );
    expect(await outcomeOf(bench, { ...saved, changes }, AFTER)).toEqual({ refused: 'STALE_PLAN' });
  });

  it('another value in the very field that was to be changed is refused', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const orders = bench.provider.objects.find(({ fields }) => fields['clientId'] === 'orders');
    const before = orders?.fields['access'];
    const access = { stock: { scopes: ['stock:write'], onRequest: [] } };
    if (orders !== undefined) orders.fields = { ...orders.fields, access };
    expect(before).not.toEqual(access);
    expect(await outcomeOf(bench, saved, AFTER)).toEqual({ refused: 'STALE_PLAN' });
  });

  it.each([
    ['with manifests', AFTER],
    ['without manifests', withoutManifests(AFTER)],
  ])('documents that would say something else are refused, %s', async (_, desired) => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const endpoints = await bench.provider.endpoints();
    bench.provider.endpoints = async () => ({ ...endpoints, token: 'https://elsewhere.test/token' });
    expect(await outcomeOf(bench, saved, desired)).toEqual({ refused: 'STALE_PLAN' });
  });

  it('a place that is not the one that was reviewed is refused, though the file says that the manifests meant it', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    for (const name of ['moving', 'sender']) {
      const at = saved.desired.clients.findIndex((one) => one.name === name);
      const forged = withRightDigest(
        edited(plain(saved), ['desired', 'clients', at, 'credential', 'path'], 'of/others'),
      );
      expect(await outcomeOf(bench, forged, withoutManifests(AFTER))).toEqual({ refused: 'STALE_PLAN' });
    }
  });

  it('a secret that was changed since is refused, of what an apply that was cut off left to do', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const { plan } = await planSaved(saved, AFTER, bench, ELDER);
    await bench.carryOut({ ...plan, changes: plan.changes.filter(({ address }) => address.startsWith('Api/')) });
    const moving = bench.provider.objects.find(({ fields }) => fields['clientId'] === 'moving');
    if (moving !== undefined) moving.createdAt = (moving.createdAt ?? 0) + 1;
    expect(await outcomeOf(bench, saved, AFTER)).toEqual({ refused: 'STALE_PLAN' });
  });

  it('what was to be deleted and is another one by now is refused', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const audit = bench.provider.objects.find(({ fields }) => fields['clientId'] === 'audit');
    for (const change of [{ stack: 'theirs' }, { stack: null }, { name: 'auditor', clientId: 'auditor' }]) {
      const before = audit?.fields ?? {};
      if (audit !== undefined) audit.fields = { ...before, ...change };
      expect(await outcomeOf(bench, saved, AFTER)).toEqual({ refused: 'STALE_PLAN' });
      if (audit !== undefined) audit.fields = before;
    }
    const gone = bench.provider.objects.findIndex((object) => object === audit);
    bench.provider.objects.splice(gone, 1);
    expect(await outcomeOf(bench, saved, AFTER)).toHaveLength(6);
  });
});
