import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredState } from '../../src/model/desired.ts';
import { MemoryBench } from '../support/bench/memory-bench.ts';
import { desiredState } from '../support/bench/random-states.ts';
import { secretIn } from '../support/stored-secrets.ts';

const RUNS = { numRuns: Number(process.env['LAW_RUNS'] ?? 100) };
const KINDS = [{ chosenSecret: true }, { chosenSecret: false }, { chosenSecret: false, secretChangeVisible: false }];

/** The store holds exactly the secret that the provider has, for every client that the manifests declare. */
async function expectCredentials(bench: MemoryBench, desired: DesiredState): Promise<void> {
  for (const { clientId, credential } of desired.clients) {
    const object = bench.provider.objects.find(
      ({ kind, fields }) => kind === 'Client' && fields['clientId'] === clientId,
    );
    const stored = await bench.store.read(credential.path);
    expect(stored?.document.clientId).toBe(clientId);
    expect(secretIn(stored)).toBe(object?.secret);
  }
}

describe.each(KINDS)('the engine on a provider with %o', (capabilities) => {
  it('reaches any desired state from any other, and a second plan is empty', async () => {
    await fc.assert(
      fc.asyncProperty(desiredState(), desiredState(), async (first, second) => {
        const bench = new MemoryBench(capabilities);
        for (const desired of [first, second]) {
          const { results } = await bench.apply(desired);
          expect(results.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
          expect(await bench.plan(desired)).toMatchObject({ changes: [], conflicts: [] });
          await expectCredentials(bench, desired);
        }
        const wanted = bench.provider.project(second).map(({ fields }) => fields);
        expect(bench.provider.objects.map(({ fields }) => fields)).toEqual(expect.arrayContaining([...wanted]));
        expect(bench.provider.objects).toHaveLength(wanted.length);
      }),
      RUNS,
    );
  });

  it('leaves foreign objects as they are, bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(
        desiredState('theirs'),
        desiredState('acme'),
        desiredState('acme'),
        async (theirs, first, second) => {
          const bench = new MemoryBench(capabilities);
          await bench.apply(theirs);
          const snapshot = structuredClone(bench.provider.objects);
          const held = new Set(theirs.clients.map(({ credential }) => credential.path));
          for (const desired of [first, second]) {
            const plan = await bench.plan(desired);
            // A plan with conflicts is refused whole: see the commands.
            if (plan.conflicts.length === 0) await bench.carryOut(plan);
          }
          const foreign = bench.provider.objects.filter(({ fields }) => fields['stack'] === 'theirs');
          expect(foreign).toEqual(snapshot);
          for (const path of held) expect((await bench.store.inspect(path))?.mark?.stack).toBe('theirs');
        },
      ),
      RUNS,
    );
  });

  it('converges after a crash between any two writes, with every credential in the store', async () => {
    await fc.assert(
      fc.asyncProperty(
        desiredState(),
        desiredState(),
        fc.array(fc.nat(12), { maxLength: 4 }),
        async (first, second, crashes) => {
          const bench = new MemoryBench(capabilities);
          await bench.apply(first);
          for (const writes of crashes) await bench.carryOut(await bench.plan(second), writes);
          const { results } = await bench.apply(second);
          expect(results.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
          expect(await bench.plan(second)).toMatchObject({ changes: [], conflicts: [] });
          await expectCredentials(bench, second);
          const ids = bench.provider.objects.map(
            ({ kind, fields }) => `${kind} ${JSON.stringify(fields['clientId'] ?? fields['name'])}`,
          );
          expect(new Set(ids).size).toBe(ids.length);
        },
      ),
      RUNS,
    );
  });

  it('does not depend on the order of the manifests', async () => {
    await fc.assert(
      fc.asyncProperty(desiredState(), desiredState(), async (first, second) => {
        const bench = new MemoryBench(capabilities);
        await bench.apply(first);
        const reversed = { ...second, apis: second.apis.toReversed(), clients: second.clients.toReversed() };
        expect(await bench.plan(reversed)).toEqual(await bench.plan(second));
      }),
      RUNS,
    );
  });
});
