/** Fifty rotations of a key on Auth0, one upon the other, beside a consumer that asks for tokens all the while. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { KeyBench, KEYED } from '../auth0/key-bench.ts';

const ROTATIONS = 50;
/** A consumer looks into the store again after so many requests. */
const REQUESTS_PER_LOOK = 3;

it(`leaves no consumer without a token in ${ROTATIONS} rotations`, async () => {
  const bench = await KeyBench.open();
  await bench.subject.setUp(KEYED);
  const state = { stopped: false, requests: 0, refused: [] as number[] };
  const consumer = (async (): Promise<void> => {
    let key = await bench.held();
    while (!state.stopped) {
      if (state.requests % REQUESTS_PER_LOOK === 0) key = await bench.held();
      state.requests += 1;
      if (!(await bench.accepts(key))) state.refused.push(state.requests);
      await sleep(1);
    }
  })();
  const seen = new Set<string>();
  for (let round = 0; round < ROTATIONS; round += 1) {
    const [result] = await bench.rotate({ force: true });
    expect([result?.outcome, result?.gap]).toEqual(['done', undefined]);
    seen.add((await bench.held())?.keyId ?? '');
  }
  state.stopped = true;
  await consumer;
  expect(state.refused).toEqual([]);
  expect(state.requests).toBeGreaterThan(ROTATIONS * 3);
  expect(seen.size).toBe(ROTATIONS);
  expect(await bench.stored()).toHaveLength(2);
  expect(await bench.subject.changesOf(KEYED, true)).toEqual([]);
  process.stderr.write(`${ROTATIONS} rotations, ${state.requests} requests, ${state.refused.length} refused\n`);
  await bench.close();
});
