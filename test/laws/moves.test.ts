import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredState } from '../../src/model/desired.ts';
import { MemoryBench } from '../support/bench/memory-bench.ts';
import { desiredState } from '../support/bench/random-states.ts';
import { secretIn } from '../support/stored-secrets.ts';

const RUNS = { numRuns: Number(process.env['LAW_RUNS'] ?? 60) };
const KINDS = [
  { capabilities: { chosenSecret: true }, name: 'second', reason: 'moved' },
  { capabilities: { chosenSecret: false }, name: 'second', reason: 'moved' },
  // Another server of the same kind, with the same mount and prefix.
  { capabilities: { chosenSecret: true }, name: 'memory', reason: 'missing' },
];

/** The secrets of all clients, by client_id. */
function secretsOf({ provider }: MemoryBench): ReadonlyMap<unknown, string | undefined> {
  const clients = provider.objects.filter(({ kind }) => kind === 'Client');
  return new Map(clients.map(({ fields, secret }) => [fields['clientId'], secret]));
}

async function statesIn({ formerStore }: MemoryBench, { clients }: DesiredState): Promise<unknown[]> {
  const entries = clients.map(async ({ credential }) => (await formerStore?.inspect(credential.path))?.mark?.state);
  return [...new Set(await Promise.all(entries))];
}

describe.each(KINDS)('a target that gets another store: $name, $capabilities', ({ capabilities, name, reason }) => {
  it('has every credential delivered there without a rotation, whatever is cut off, and leaves the store before only when asked', async () => {
    await fc.assert(
      fc.asyncProperty(
        desiredState(),
        fc.boolean(),
        fc.array(fc.nat(8), { maxLength: 4 }),
        async (desired, leaving, crashes) => {
          const before = new MemoryBench(capabilities);
          await before.apply(desired);
          const secrets = secretsOf(before);
          const there = JSON.stringify(
            desired.clients.map(({ credential }) => before.store.peek(credential.path)?.data),
          );
          const moved = before.moveTo(name, { leaving });
          const plan = await moved.plan(desired);
          expect(plan.changes.map((change) => 'delivery' in change && change.delivery?.reason)).toEqual(
            desired.clients.map(() => reason),
          );
          for (const writes of crashes) await moved.carryOut(await moved.plan(desired), writes);
          const { results } = await moved.apply(desired);
          expect(results.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
          expect(await moved.plan(desired)).toMatchObject({ changes: [], conflicts: [] });
          expect(secretsOf(moved)).toEqual(secrets);
          for (const { clientId, credential } of desired.clients) {
            expect(secretIn(await moved.store.read(credential.path))).toBe(secrets.get(clientId));
          }
          // Consumers that were not switched yet read on.
          const now = desired.clients.map(({ credential }) => before.store.peek(credential.path)?.data);
          expect(JSON.stringify(now)).toBe(there);
          expect(await statesIn(moved, desired)).toEqual(
            desired.clients.length === 0 ? [] : [leaving ? 'retired' : undefined],
          );
        },
      ),
      RUNS,
    );
  });
});

describe('a client that is deleted while its target moves', () => {
  it.each([
    [true, 'retired'],
    [false, 'active'],
  ])('has its document in the store before retired where that is to be left (%s): %s', async (leaving, state) => {
    const [whole] = fc.sample(
      desiredState().filter(({ clients }) => clients.length > 0),
      1,
    );
    if (whole === undefined) throw new Error('no state was made');
    const before = new MemoryBench();
    await before.apply(whole);
    const none = { ...whole, clients: [], apis: whole.apis.map((api) => ({ ...api, introspectedBy: undefined })) };
    const moved = before.moveTo('second', { leaving });
    expect((await moved.apply(none)).results.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
    const path = whole.clients[0]?.credential.path ?? '';
    expect((await before.store.inspect(path))?.mark?.state).toBe(state);
  });
});
