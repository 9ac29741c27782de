/** Changes of keys on Auth0 that are cut off at any request, or lose any answer: the next runs finish them, and nobody is left without. */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { KeyBench, KEYED, WITH_SECRET } from '../auth0/key-bench.ts';
import type { HeldKey } from '../auth0/key-bench.ts';

let bench: KeyBench;
afterEach(() => bench.close());

interface Scenario {
  readonly title: string;
  /** What was there before. */
  readonly before: () => Promise<void>;
  readonly run: () => Promise<unknown>;
  readonly wanted: string;
  /** Consumers cannot log in at all where what they log in with is changed over, or is not there yet. */
  readonly cutsOff?: true;
  /** Those that do not look into the store again can. */
  readonly keepsBefore?: true;
}

const setUp = (manifests: string) => (): Promise<void> => bench.subject.setUp(manifests);

const SCENARIOS: readonly Scenario[] = [
  { title: 'a create', before: async () => undefined, run: setUp(KEYED), wanted: KEYED, cutsOff: true },
  { title: 'a rotation', before: setUp(KEYED), run: () => bench.rotate(), wanted: KEYED, keepsBefore: true },
  {
    title: 'a second rotation',
    before: async () => {
      await bench.subject.setUp(KEYED);
      await bench.rotate();
    },
    run: () => bench.rotate({ force: true }),
    wanted: KEYED,
    keepsBefore: true,
  },
  { title: 'a revocation', before: setUp(KEYED), run: () => bench.rotate({ revoke: true }), wanted: KEYED },
  {
    title: 'the end of an overlap',
    before: async () => {
      await bench.subject.setUp(KEYED);
      await bench.rotate();
      bench.pass(49);
    },
    run: setUp(KEYED),
    wanted: KEYED,
  },
  {
    title: 'the removal of a key that somebody added',
    before: async () => {
      await bench.subject.setUp(KEYED);
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const id = await bench.storeByHand(publicKey.export({ type: 'spki', format: 'pem' }).toString());
      await bench.enable([...(await bench.enabled()), id]);
    },
    run: setUp(KEYED),
    wanted: KEYED,
  },
  { title: 'a change from a secret', before: setUp(WITH_SECRET), run: setUp(KEYED), wanted: KEYED, cutsOff: true },
  { title: 'a change to a secret', before: setUp(KEYED), run: setUp(WITH_SECRET), wanted: WITH_SECRET, cutsOff: true },
];

/** What lies in the store is accepted, and where consumers are not to be cut off what lay there before. */
async function expectAccepted(
  nth: number,
  { cutsOff, keepsBefore }: Scenario,
  before: HeldKey | undefined,
): Promise<void> {
  if (cutsOff === true) return;
  const concerned = [await bench.held(), ...(keepsBefore === true ? [before] : [])];
  const accepted = await Promise.all(concerned.map((key) => bench.accepts(key)));
  expect([nth, accepted]).toEqual([nth, concerned.map(() => true)]);
}

/** One more run, by which everything is as declared, proven, and without anything left over. */
async function expectConverged(wanted: string): Promise<void> {
  await bench.subject.setUp(wanted);
  expect(await bench.subject.changesOf(wanted, true)).toEqual([]);
  expect(await bench.subject.unproven(wanted)).toEqual([]);
  expect(await bench.subject.admin.clientIds()).toHaveLength(1);
  const names = [...bench.emulator.state.credentials.values()].filter(({ fields }) => fields['kid'] !== undefined);
  expect(names.length).toBeLessThanOrEqual(2);
}

function isWrite({ method, path }: { method: string; path: string }): boolean {
  return method !== 'GET' && path !== '/oauth/token';
}

/** In steps of requests; each bench is a tenant of its own. */
async function everyRequest(scenario: Scenario, when: 'before' | 'after'): Promise<number> {
  const { before, run, wanted } = scenario;
  for (let nth = 1; ; nth += 1) {
    bench = await KeyBench.open();
    await before();
    const held = await bench.held();
    const wasKilled = await bench.killed(nth, when, run);
    await expectAccepted(nth, scenario, held);
    await expectConverged(wanted);
    if (!wasKilled) return nth;
    await bench.close();
  }
}

describe.each(SCENARIOS)('$title', (scenario) => {
  it.each(['before', 'after'] as const)('that is killed %s any request took effect', async (when) => {
    expect(await everyRequest(scenario, when)).toBeGreaterThan(4);
  });

  it('that loses the answer to any write', async () => {
    for (let nth = 1; ; nth += 1) {
      bench = await KeyBench.open();
      await scenario.before();
      const held = await bench.held();
      bench.emulator.reset();
      bench.emulator.inject({ match: isWrite, nth, times: 1, fault: { kind: 'drop', when: 'after' } });
      await scenario.run().catch(() => undefined);
      const isOver = bench.emulator.writes().length < nth;
      await expectAccepted(nth, scenario, held);
      await expectConverged(scenario.wanted);
      if (isOver) break;
      await bench.close();
    }
  });
});
