import { fieldChanges } from '../../../test/support/bench/field-words.ts';
import { describe, expect, it } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { planFresh, planSaved } from './resolve-plan.ts';
import type { GrantryError } from '../../model/errors.ts';
import type { Change } from '../../model/plan.ts';
import type { ActualState } from '../../model/state.ts';
import { markForeign, ungrantable } from './foreign-reach.ts';
import { savePlan } from './saved/save-plan.ts';

const THEIRS = state([api('bills', ['bills:read', 'bills:pay'], { owner: 'team-pay' })], []);
const GRANTED = state(
  [api('bills', ['bills:read', 'bills:pay'], { managed: false })],
  [client('orders', { bills: ['bills:read'] })],
);

/** Another stack has the Api bills. */
async function besideTheirs(): Promise<MemoryBench> {
  const bench = new MemoryBench();
  await bench.apply({ ...THEIRS, target: { ...THEIRS.target, stack: 'payments' } });
  return bench;
}

const notesOf = (change: Change | undefined): string[] =>
  change === undefined
    ? []
    : fieldChanges(change).flatMap(({ path, widens, note }) =>
        note === undefined ? [] : [`${path.join(' ')}: ${note}${widens ? ' ▲' : ''}`],
      );

describe('a plan that grants scopes of others', () => {
  it('says whose they are, at each that is gained and nowhere else', async () => {
    const bench = await besideTheirs();
    const [create] = (await bench.plan(GRANTED)).changes;
    expect(notesOf(create)).toEqual(['access bills scopes: of the stack payments, owner team-pay ▲']);
    await bench.apply(GRANTED);
    const renamed = state(GRANTED.apis, [client('orders', { bills: ['bills:read'] }, { description: 'Another' })]);
    expect(notesOf((await bench.plan(renamed)).changes[0])).toEqual([]);
    const more = state(GRANTED.apis, [client('orders', { bills: ['bills:pay', 'bills:read'] })]);
    expect(notesOf((await bench.plan(more)).changes[0])).toHaveLength(1);
    const none = state(GRANTED.apis, [client('orders', {})]);
    expect(notesOf((await bench.plan(none)).changes[0])).toEqual([]);
  });

  it.each([
    [undefined, true],
    [['owner:team-*'], true],
    [['stack:payments'], true],
    [['bills'], true],
    [['owner:team-log*', 'b*'], true],
    [[], false],
    [['owner:team-log*', 'stack:pay', 'stock'], false],
    [['owner:payments', 'stack:team-pay'], false],
  ])('is held to guards.grantable: %o', async (grantable, isAllowed) => {
    const bench = await besideTheirs();
    const guarded = state(GRANTED.apis, GRANTED.clients, { grantable });
    const { guards } = await bench.plan(guarded);
    expect(guards.map(({ guard }) => guard)).toEqual(isAllowed ? [] : ['grantable']);
    if (isAllowed) return;
    expect(guards[0]?.reason).toBe(
      'Client/orders would be granted bills:read of Api/bills, of the stack payments, owner team-pay: the target does not allow that',
    );
  });

  it('is not held to it for what is granted already, nor for what it takes away', async () => {
    const bench = await besideTheirs();
    await bench.apply(GRANTED);
    for (const changed of [
      client('orders', { bills: ['bills:read'] }, { description: 'Another' }),
      client('orders', {}),
    ]) {
      expect((await bench.plan(state(GRANTED.apis, [changed], { grantable: [] }))).guards).toEqual([]);
    }
    const more = client('orders', { bills: ['bills:pay', 'bills:read'] });
    const { guards } = await bench.plan(state(GRANTED.apis, [more], { grantable: [] }));
    expect(guards.map(({ reason }) => reason)).toEqual([expect.stringContaining('granted bills:pay of Api/bills')]);
  });

  it('is held to it for each of several owners', () => {
    const change: Change = {
      op: 'create',
      address: 'Client/orders',
      owner: '',
      after: { access: { bills: { scopes: ['bills:read'], onRequest: ['bills:pay'] } } },
      reason: '',
      dependsOn: [],
      notes: {},
    };
    const origins = ['team-a', 'team-b'].map((owner) => ({ address: 'Api/bills' as const, stack: 'x', owner }));
    expect(ungrantable([change], ['owner:team-a'], { origins })).toMatchObject([
      { reason: expect.stringContaining('bills:pay, bills:read of Api/bills, of the stack x, owner team-b') },
    ]);
    expect(ungrantable([change], ['owner:team-*'], { origins })).toEqual([]);
  });
});

describe('a saved plan that grants scopes of others', () => {
  it.each([
    ['as they were', 'team-pay', 'is taken'],
    [
      'of another owner by now',
      'team-other',
      'STALE_PLAN: access bills scopes: of the stack payments, owner team-other',
    ],
  ])('whose scopes are %s', async (_, owner, outcome) => {
    const bench = await besideTheirs();
    const { plan, input } = await planFresh(GRANTED, bench, {});
    const saved = savePlan(plan, input, { tool: '0', createdAt: '2026-01-01T00:00:00.000Z', lastApply: null });
    const bills = bench.provider.objects.find(({ kind }) => kind === 'Api');
    if (bills !== undefined) bills.fields = { ...bills.fields, owner };
    const refusal = await planSaved(saved, GRANTED, bench).then(
      () => 'is taken',
      (error: GrantryError) => `${error.code}: ${error.message}`,
    );
    expect(
      refusal.replaceAll(
        /nothing was changed\n\s+|the plan is stale, what it touches has moved: |Client\/orders: /g,
        '',
      ),
    ).toContain(outcome);
  });
});

describe('a plan that gives an Api what others have', () => {
  const create: Change = {
    op: 'create',
    address: 'Api/reports',
    owner: 'team-a',
    after: { scopes: { 'reports:read': { audience: ['https://bills.test'], introspectedBy: ['payer'] } } },
    reason: '',
    dependsOn: [],
    notes: {},
  };
  const reports = api('reports', ['reports:read'], { introspectedBy: 'payer' });
  const mark = (payer: string, actual: Pick<ActualState, 'sharedAudiences'>, change: Change = create): string[] =>
    notesOf(markForeign([change], { desired: state([reports], [client('payer', {}, { owner: payer })]), actual })[0]);
  const shared = {
    sharedAudiences: [
      {
        address: 'Api/reports' as const,
        audience: 'https://bills.test',
        by: 'client scope bills:pay of the stack payments',
      },
    ],
  };

  it('marks an audience that something else gives too, also of a new Api', () => {
    expect(mark('team-a', shared)).toEqual([
      'scopes reports:read audience: client scope bills:pay of the stack payments gives this audience too ▲',
    ]);
    expect(mark('team-a', {})).toEqual([]);
  });

  it('marks introspection by a client of another owner, also of a new Api', () => {
    expect(mark('team-pay', {})).toEqual([
      'scopes reports:read introspectedBy: Client/payer is of the owner team-pay ▲',
    ]);
    expect(mark('', {})).toEqual(['scopes reports:read introspectedBy: Client/payer has no owner ▲']);
  });

  it('says nothing of what is so already', () => {
    const { after, ...rest } = create;
    const update: Change = { ...rest, op: 'update', id: 'x', before: after, after: { ...after, owner: 'team-b' } };
    expect(mark('team-pay', shared, update)).toEqual([]);
  });
});
