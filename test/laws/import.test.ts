import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adoptedFields } from '../../src/engine/plan/adopted-fields.ts';
import { ImportBench } from '../support/bench/import-bench.ts';
import { randomEstate } from '../support/bench/random-estates.ts';

const RUNS = { numRuns: Number(process.env['LAW_RUNS'] ?? 100) };
const KINDS = [{}, { chosenClientId: false }, { apiMarks: false }];
const split = fc.constantFrom('owner' as const, 'client' as const, 'one' as const);

describe.each(KINDS)('import from a provider with %o', (capabilities) => {
  it('declares what a plan then adopts without a single changed field', async () => {
    let imported = 0;
    await fc.assert(
      fc.asyncProperty(randomEstate(capabilities), split, async ({ provider }, by) => {
        const bench = new ImportBench(provider);
        const { report } = await bench.run({ split: by });
        const { changes, conflicts } = await bench.planAdoption();
        const deleted = new Set(changes.filter(({ op }) => op === 'delete').map(({ address }) => address));
        expect(conflicts.filter(({ address }) => !deleted.has(address))).toEqual([]);
        const changed = changes.flatMap((change): unknown[] => {
          if (change.op === 'adopt') return adoptedFields(change, provider.words).map((field) => ({ change, field }));
          // What carries the stack's mark and is left out is declared by none, as it was before.
          return change.op === 'delete' || change.op === 'deliver' ? [] : [change];
        });
        expect(changed).toEqual([]);
        // Credentials stay where their owners keep them.
        const delivered = changes.filter((change) => change.op !== 'delete' && change.delivery !== undefined);
        expect(delivered).toEqual([]);
        const adopted = changes.filter(({ op }) => op === 'adopt').map(({ address }) => address);
        const addresses = report.imported.map(({ address }) => address);
        expect(addresses).toEqual(expect.arrayContaining(adopted));
        imported += addresses.length;
      }),
      RUNS,
    );
    expect(imported).toBeGreaterThan(RUNS.numRuns);
  });

  it('says of every client what became of it', async () => {
    await fc.assert(
      fc.asyncProperty(randomEstate(capabilities), async ({ provider }) => {
        const { report } = await new ImportBench(provider).run();
        const told = [...report.imported, ...report.leftOut].map(({ id }) => id);
        const there = provider.objects.filter(({ kind }) => kind === 'Client').map((one) => provider.clientIdOf(one));
        expect(told).toEqual(expect.arrayContaining(there));
      }),
      RUNS,
    );
  });

  it('writes nothing the second time', async () => {
    await fc.assert(
      fc.asyncProperty(randomEstate(capabilities), split, async ({ provider }, by) => {
        const bench = new ImportBench(provider);
        await bench.run({ split: by });
        expect((await bench.run({ split: by })).files).toEqual([]);
      }),
      RUNS,
    );
  });

  it('writes the same bytes in whatever order objects are listed', async () => {
    const order = fc.array(fc.nat(), { minLength: 10, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(randomEstate(capabilities), split, order, async ({ provider, shuffle }, by, numbers) => {
        const before = await new ImportBench(provider).look({ split: by });
        shuffle(numbers);
        expect(await new ImportBench(provider).look({ split: by })).toEqual(before);
      }),
      RUNS,
    );
  });
});
