import { describe, expect, it } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { surveyTarget } from '../survey/survey-target.ts';
import type { DesiredState } from '../../model/desired.ts';
import type { ActualObject } from '../../model/state.ts';
import { NO_ADOPTION, parseAdoption } from './adoption.ts';
import { buildPlan } from './build-plan.ts';
import type { PlanInput } from './build-plan.ts';

const APIS = [api('stock', ['stock:read'])];
const BOTH = state(APIS, [client('orders'), client('audit')]);
const ONE: DesiredState = { ...BOTH, clients: BOTH.clients.filter(({ name }) => name === 'audit') };

/** What a plan follows from, of a target that has all of `BOTH`; the client orders as given. */
async function inputOf(desired: DesiredState, orders: Partial<ActualObject>): Promise<PlanInput> {
  const bench = new MemoryBench();
  await bench.apply(BOTH);
  const input = await surveyTarget(desired, bench);
  const objects = input.actual.objects.map((object) =>
    object.address === 'Client/orders' ? { ...object, ...orders } : object,
  );
  return { ...input, actual: { ...input.actual, objects } };
}

const changesOf = (input: PlanInput): string[] => buildPlan(input).changes.map(({ op, address }) => `${op} ${address}`);
const foreign = (stack: string | undefined): Pick<ActualObject, 'foreign'> => ({
  foreign: [{ what: 'client orders', stack }],
});

describe('buildPlan: what no manifest declares', () => {
  it("goes where it is the stack's", async () => {
    expect(changesOf(await inputOf(ONE, {}))).toEqual(['delete Client/orders']);
  });

  it.each([undefined, 'theirs'])('stays where it has the mark of %s', async (stack) => {
    expect(changesOf(await inputOf(ONE, foreign(stack)))).toEqual([]);
  });

  it("stays where a part of it alone is somebody else's, and though it may be taken over", async () => {
    const input = await inputOf(ONE, foreign('theirs'));
    expect(changesOf({ ...input, adoption: parseAdoption(['Client/*@theirs', 'Client/*']) })).toEqual([]);
  });

  it('stays where a plan of a part does not name it', async () => {
    const input = await inputOf(ONE, {});
    expect(changesOf({ ...input, only: new Set(['Client/audit'] as const) })).toEqual([]);
  });
});

describe("buildPlan: what is declared and not the stack's", () => {
  const changed: DesiredState = {
    ...BOTH,
    clients: [client('orders', {}, { description: 'Another' }), client('audit')],
  };

  it.each([undefined, 'theirs'])('is in the way where it has the mark of %s', async (stack) => {
    const { conflicts } = buildPlan(await inputOf(changed, foreign(stack)));
    expect(conflicts.map(({ address }) => address)).toEqual(['Client/orders']);
  });

  it('is in the way with a word on the name of the stack only where that has nothing yet', async () => {
    const question = 'is its spec.stack right?';
    const input = await inputOf(changed, foreign('theirs'));
    const hintIn = (objects: readonly ActualObject[]): string | undefined =>
      buildPlan({ ...input, actual: { ...input.actual, objects } }).conflicts[0]?.hint;
    expect(hintIn(input.actual.objects)).not.toContain(question);
    expect(hintIn(input.actual.objects.filter(({ address }) => address === 'Client/orders'))).toContain(question);
  });

  it.each([
    [undefined, 'Client/*', true],
    ['theirs', 'Client/*', false],
    ['theirs', 'Client/*@theirs', true],
    ['others', 'Client/*@theirs', false],
    [undefined, 'Client/*@theirs', false],
    [undefined, 'Client/audit', false],
  ])('of %s is adopted by --adopt %s: %s', async (stack, pattern, isAdopted) => {
    const input = await inputOf(changed, foreign(stack));
    const plan = buildPlan({ ...input, adoption: parseAdoption([pattern]) });
    const ops = plan.changes.flatMap(({ op, address }) => (address === 'Client/orders' ? [op] : []));
    expect(ops.includes('adopt')).toBe(isAdopted);
    expect(plan.conflicts.length === 0).toBe(isAdopted);
  });

  it.each([
    [undefined, 'Client/*', 'taken over; its credential stays'],
    ['theirs', 'Client/*@theirs', 'taken over from the stack theirs; its credential stays'],
  ])('says from whom it is taken over: %s', async (stack, pattern, reason) => {
    const input = await inputOf(changed, foreign(stack));
    const { changes } = buildPlan({ ...input, adoption: parseAdoption([pattern]) });
    expect(changes.find(({ op }) => op === 'adopt')?.reason).toBe(reason);
  });

  it('keeps a place that carries the mark of another out of reach, also where the client is adopted', async () => {
    const input = await inputOf(changed, foreign(undefined));
    const place = { address: 'Client/orders' as const, reason: 'holds a document', hint: '' };
    const planned = (unmarked: boolean, adopt: boolean): number =>
      buildPlan({
        ...input,
        adoption: adopt ? parseAdoption(['Client/*']) : NO_ADOPTION,
        foreignPlaces: [{ ...place, unmarked }],
      }).conflicts.filter(({ reason }) => reason === 'holds a document').length;
    expect([planned(true, true), planned(false, true), planned(true, false), planned(false, false)]).toEqual([
      0, 1, 1, 1,
    ]);
  });
});
