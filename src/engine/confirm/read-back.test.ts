import { FIELD_WORDS } from '../../../test/support/bench/field-words.ts';
import { describe, expect, it } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { updateClient } from '../../../test/support/bench/plans.ts';
import { requireAsWritten } from './read-back.ts';

describe('a server that keeps a field back', () => {
  const STOCK = api('stock', ['stock:read']);
  const wanted = state([STOCK], [client('orders', { stock: ['stock:read'] })]);
  const outcomes = async (bench: MemoryBench, desired: typeof wanted): Promise<string[]> =>
    (await bench.apply(desired)).results.map(({ address, outcome }) => `${address} ${outcome}`);

  it('fails the creation of a client, whose credential is in the store all the same', async () => {
    const bench = new MemoryBench();
    const create = bench.provider.createClient.bind(bench.provider);
    bench.provider.createClient = async (given) => {
      const created = await create(given);
      return { ...created, found: { ...created.found, description: 'otherwise' } };
    };
    expect(await outcomes(bench, wanted)).toEqual(['Api/stock done', 'Client/orders failed']);
    expect((await bench.store.read('orders'))?.document.clientId).toBe('orders');
  });

  it('fails the change of a client, after its credential was delivered', async () => {
    const bench = new MemoryBench();
    await bench.apply(wanted);
    bench.provider.updateClient = async ({ after }) => ({ ...after, description: 'otherwise' });
    const moved = { credential: { path: 'elsewhere', rotate: { every: 7_776_000, overlap: 0 } }, description: 'new' };
    const desired = state([STOCK], [client('orders', { stock: ['stock:read'] }, moved)]);
    expect(await outcomes(bench, desired)).toContain('Client/orders failed');
    expect((await bench.store.read('elsewhere'))?.document.clientId).toBe('orders');
  });

  it('fails the creation and the change of an Api, and what needs it is not done', async () => {
    const bench = new MemoryBench();
    const add = bench.provider.addApiScopes.bind(bench.provider);
    bench.provider.addApiScopes = async (given) => ({
      ...(await add(given)),
      found: { ...given.after, owner: 'otherwise' },
    });
    expect(await outcomes(bench, wanted)).toEqual(['Api/stock failed', 'Client/orders skipped']);
    const more = state([api('stock', ['stock:read', 'stock:write'])], []);
    expect(await outcomes(bench, more)).toEqual(['Api/stock failed']);
  });
});

const AFTER = { consentRequired: false, description: 'new', attributes: { x: 'y' } };
const change = { ...updateClient('orders', {}, {}), after: AFTER };
const provider = (why?: string): Parameters<typeof requireAsWritten>[2] => ({
  describe: () => 'Keycloak http://kc.test realm acme',
  words: FIELD_WORDS,
  explainDifference: async () => why,
});

it('requireAsWritten: takes what is as it was written', async () => {
  await expect(requireAsWritten(change, { ...AFTER }, provider())).resolves.toBeUndefined();
});

it('requireAsWritten: fails on what is not, naming each field as plans do, and why', async () => {
  const found = { consentRequired: true, description: 'new', attributes: { x: '(set)' } };
  await expect(requireAsWritten(change, found, provider('A policy sets it.'))).rejects.toMatchObject({
    code: 'FAILED',
    message:
      'Keycloak http://kc.test realm acme took the change of Client/orders, but it is not so when it is read back: attribute x is "(set)" instead of "y"; consent required is true instead of false',
    hint: 'A policy sets it.',
  });
  await expect(requireAsWritten(change, found, provider())).rejects.toMatchObject({
    hint: expect.stringContaining('Run plan'),
  });
});

it('requireAsWritten: names no more than a few of many', async () => {
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`x${index}`, 'z']));
  await expect(requireAsWritten(change, { ...AFTER, attributes: many }, provider())).rejects.toThrow(/ and 5 more$/);
});
