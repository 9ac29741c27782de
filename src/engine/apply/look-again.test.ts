import { beforeEach, describe, expect, it } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import type { DesiredState } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';
import type { Plan } from '../../model/plan.ts';
import type { ActualState } from '../../model/state.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { StoredDocument } from '../../stores/store.ts';
import { secretIn, secretPayload } from '../../../test/support/stored-secrets.ts';

const DECLARED: DesiredState = state([api('stock', ['stock:read'])], [client('orders', { stock: ['stock:read'] })]);
const NOTHING: DesiredState = { ...DECLARED, apis: [], clients: [] };
const ASSIGNS_IDS: Partial<Capabilities> = {
  chosenSecret: false,
  chosenClientId: false,
  secretChangeVisible: false,
  apiMarks: false,
};

async function document(bench: MemoryBench): Promise<StoredDocument & { text: string }> {
  const stored = await bench.store.read('orders');
  if (stored === undefined) throw new Error('there is no document');
  return { ...stored, text: secretIn(stored) ?? '' };
}

/** The plan that is made when a listing leaves this client out. */
async function planWithout(bench: MemoryBench, clientId: string, desired = DECLARED): Promise<Plan> {
  const { provider } = bench;
  const read = provider.read.bind(provider);
  provider.read = async (...given): Promise<ActualState> => {
    const actual = await read(...given);
    return { ...actual, objects: actual.objects.filter((object) => object.credential?.clientId !== clientId) };
  };
  const plan = await bench.plan(desired);
  provider.read = read;
  return plan;
}

const clientIdOf = (bench: MemoryBench): string => bench.provider.clientIdOf(clientOf(bench));

const clientOf = ({ provider }: MemoryBench) => {
  const found = provider.objects.find(({ kind }) => kind === 'Client');
  if (found === undefined) throw new Error('there is no client');
  return found;
};

describe('a client that cannot be made though none of its client_id is there', () => {
  it('fails for that reason, before a document is written', async () => {
    const bench = new MemoryBench();
    bench.provider.whyTaken = async () => new GrantryError('CONFLICT', 'a user has its name');
    const { results } = await bench.apply(DECLARED);
    expect(results.find(({ address }) => address === 'Client/orders')).toMatchObject({ reason: 'a user has its name' });
    expect(await bench.store.inspect('orders')).toBeUndefined();
  });
});

describe('a plan made from a listing that left a client out', () => {
  it.each([
    ['chooses', {}],
    ['is given', ASSIGNS_IDS],
  ])('creates nothing and leaves the document alone, where grantry %s the client_id', async (_, capabilities) => {
    const bench = new MemoryBench(capabilities);
    await bench.apply(DECLARED);
    const before = await document(bench);
    const count = bench.provider.objects.length;
    const plan = await planWithout(bench, clientIdOf(bench));
    expect(plan.changes.map(({ op, address }) => `${op} ${address}`)).toEqual(['create Client/orders']);
    const { results } = await bench.carryOut(plan);
    expect(results).toMatchObject([{ outcome: 'failed', reason: expect.stringContaining('is there') }]);
    expect(bench.provider.objects).toHaveLength(count);
    expect(await document(bench)).toMatchObject({ text: before.text, version: before.version });
  });
});

describe('a client that somebody deleted', () => {
  let bench: MemoryBench;
  beforeEach(async () => {
    bench = new MemoryBench();
    await bench.apply(DECLARED);
    bench.provider.objects.splice(bench.provider.objects.indexOf(clientOf(bench)), 1);
  });

  it('is created with the secret of its document, which is not written over', async () => {
    const before = await document(bench);
    const plan = await bench.plan(DECLARED);
    expect(plan.changes).toMatchObject([{ op: 'create', delivery: { reason: 'in-use' } }]);
    await bench.carryOut(plan);
    expect(await document(bench)).toMatchObject({ text: before.text, version: before.version });
    expect(bench.provider.accepts('orders', before.text)).toBe(true);
    expect((await bench.plan(DECLARED)).changes).toEqual([]);
  });

  it('keeps the secret also where the document must say something else', async () => {
    const before = await document(bench);
    const { document: stored, version } = before;
    await bench.store.write('orders', { ...stored, facts: { ...stored.facts, audience: 'https://other' } }, version);
    await bench.apply(DECLARED);
    const after = await document(bench);
    expect(after.text).toBe(before.text);
    expect(after.document.facts['audience']).toBe(before.document.facts['audience']);
    expect(bench.provider.accepts('orders', before.text)).toBe(true);
  });

  it('gets a new secret where anybody can guess that of its document', async () => {
    const { document: stored, version } = await document(bench);
    await bench.store.write('orders', { ...stored, payload: secretPayload('**********') }, version);
    await bench.apply(DECLARED);
    const { text } = await document(bench);
    expect(text).not.toMatch(/^\*/);
    expect(bench.provider.accepts('orders', text)).toBe(true);
  });

  it('gets a new secret where its document is retired', async () => {
    const before = await document(bench);
    const entry = await bench.store.inspect('orders');
    if (entry?.mark === undefined) throw new Error('there is no mark');
    await bench.store.mark('orders', { ...entry.mark, state: 'retired' });
    await bench.apply(DECLARED);
    expect((await document(bench)).text).not.toBe(before.text);
  });
});

describe("a client that is not the stack's any more by the time of the write", () => {
  const CHANGED: DesiredState = {
    ...DECLARED,
    clients: DECLARED.clients.map((one) => ({ ...one, description: 'Something else' })),
  };

  it.each([
    ['changed', CHANGED],
    ['deleted', NOTHING],
  ])('is not %s', async (_, desired) => {
    const bench = new MemoryBench();
    await bench.apply(DECLARED);
    const plan = await bench.plan(desired);
    const owned = clientOf(bench);
    owned.fields = { ...owned.fields, stack: 'another' };
    const { results } = await bench.carryOut({
      ...plan,
      changes: plan.changes.filter(({ address }) => address === 'Client/orders'),
    });
    expect(results).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('belongs to the stack another') },
    ]);
    expect(clientOf(bench).fields).toEqual(owned.fields);
    expect((await bench.store.inspect('orders'))?.mark).toMatchObject({ state: 'active' });
  });

  it('is not delivered', async () => {
    const bench = new MemoryBench();
    await bench.apply(DECLARED);
    bench.provider.regenerate(clientOf(bench).id);
    const plan = await bench.plan(DECLARED);
    expect(plan.changes).toMatchObject([{ op: 'deliver' }]);
    const before = await document(bench);
    const owned = clientOf(bench);
    owned.fields = { ...owned.fields, stack: null };
    const { results } = await bench.carryOut(plan);
    expect(results).toMatchObject([{ outcome: 'failed', reason: expect.stringContaining('does not carry the mark') }]);
    expect(await document(bench)).toMatchObject({ text: before.text });
  });

  it('is a delete that is done where it is gone, and a change that fails', async () => {
    const bench = new MemoryBench();
    await bench.apply(DECLARED);
    const [deleted, changed] = [await bench.plan(NOTHING), await bench.plan(CHANGED)];
    bench.provider.objects.splice(bench.provider.objects.indexOf(clientOf(bench)), 1);
    expect((await bench.carryOut(changed)).results).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('not there any more') },
    ]);
    const { results } = await bench.carryOut(deleted);
    expect(results.map(({ outcome }) => outcome)).toEqual(results.map(() => 'done'));
    expect((await bench.store.inspect('orders'))?.mark).toMatchObject({ state: 'retired' });
  });
});
