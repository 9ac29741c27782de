import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { surveyTarget } from '../../survey/survey-target.ts';
import type { DesiredState } from '../../../model/desired.ts';
import type { SavedPlan } from '../../../model/saved-plan.ts';
import { MemoryBench } from '../../../../test/support/bench/memory-bench.ts';
import { desiredState } from '../../../../test/support/bench/random-states.ts';
import { buildPlan } from '../build-plan.ts';
import { planSchema } from './plan-schema.ts';
import { readSavedPlan } from './read-plan.ts';
import { savePlan } from './save-plan.ts';

async function save(bench: MemoryBench, desired: DesiredState): Promise<SavedPlan> {
  const input = await surveyTarget(desired, bench);
  return savePlan(buildPlan(input), input, { tool: '0.0.0', createdAt: '2026-01-01T00:00:00.000Z', lastApply: null });
}

describe('the saved plan', () => {
  it('has a published schema', async () => {
    const schema = z.toJSONSchema(planSchema, { io: 'input' });
    const text = `${JSON.stringify({ title: 'A plan saved by grantry', ...schema }, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../../schema/plan.schema.json');
  });

  it('is read back as it was saved, and is the same for the same inputs', async () => {
    await fc.assert(
      fc.asyncProperty(desiredState(), desiredState(), async (first, second) => {
        const bench = new MemoryBench();
        await bench.apply(first);
        const saved = await save(bench, second);
        const text = JSON.stringify(saved);
        expect(JSON.stringify(await save(bench, second))).toBe(text);
        expect(JSON.parse(JSON.stringify(readSavedPlan(text, 'plan.json')))).toEqual(JSON.parse(text));
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['no JSON', 'plan', 'INVALID_INPUT'],
    ['something else', '[]', 'STALE_PLAN'],
    ['another version', '{"formatVersion": 1}', 'STALE_PLAN'],
    ['half a plan', '{"formatVersion": 2, "kind": "plan"}', 'INVALID_INPUT'],
  ])('refuses %s', (_, text, code) => {
    expect(() => readSavedPlan(text, 'plan.json')).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a plan whose manifests were edited in the file', async () => {
    const text = JSON.stringify(await save(new MemoryBench(), await anyState()));
    expect(() =>
      readSavedPlan(text.replaceAll('team-a', 'team-x').replaceAll('team-b', 'team-x'), 'plan.json'),
    ).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining('changed after it was made') }),
    );
  });
});

it.each([1e300, -1, 0.5])('planSchema: refuses an overlap of %j seconds, of which no date can be made', (overlap) => {
  const rotate = planSchema.shape.desired.shape.clients.element.shape.credential.shape.rotate;
  expect(rotate.safeParse({ every: 100, overlap: 10 }).success).toBe(true);
  expect(rotate.safeParse({ every: 100, overlap }).success).toBe(false);
});

async function anyState(): Promise<DesiredState> {
  return (
    fc.sample(
      desiredState().filter(({ clients }) => clients.length > 2),
      1,
    )[0] ?? Promise.reject(new Error('none'))
  );
}
