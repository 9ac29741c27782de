import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runGraph } from './run-graph.ts';
import type { GraphNode, NodeOutcome } from './run-graph.ts';

/** Runs a graph whose nodes named in `failing` fail; gives the outcomes and the order in which nodes began. */
async function run(
  nodes: readonly GraphNode[],
  failing: ReadonlySet<string> = new Set(),
  inFlight = 3,
  stopAfter = Number.POSITIVE_INFINITY,
): Promise<{ outcomes: Map<string, NodeOutcome<string>>; began: string[]; most: number }> {
  const outcomes = new Map<string, NodeOutcome<string>>();
  const began: string[] = [];
  let [running, most] = [0, 0];
  await runGraph(nodes, {
    inFlight,
    stopped: () => began.length >= stopAfter,
    run: async ({ key }) => {
      began.push(key);
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      if (failing.has(key)) throw new Error(key);
      return key;
    },
    onOutcome: ({ key }, outcome) => {
      expect(outcomes.has(key)).toBe(false);
      outcomes.set(key, outcome);
    },
  });
  return { outcomes, began, most };
}

const node = (key: string, ...after: string[]): GraphNode => ({ key, after });

describe('runGraph', () => {
  it('runs a node after all that it needs', async () => {
    const { began } = await run([node('c', 'a', 'b'), node('a'), node('b', 'a')]);
    expect(began).toEqual(['a', 'b', 'c']);
  });

  it('stops what depends on a failure, however far, and nothing else', async () => {
    const graph = [node('a'), node('b', 'a'), node('c', 'b'), node('x'), node('y', 'x')];
    const { outcomes } = await run(graph, new Set(['a']));
    expect([...outcomes].map(([key, { kind }]) => `${key} ${kind}`).toSorted()).toEqual([
      'a failed',
      'b skipped',
      'c skipped',
      'x done',
      'y done',
    ]);
    expect(outcomes.get('c')).toEqual({ kind: 'skipped', because: 'a' });
  });

  it('begins nothing more once it is stopped', async () => {
    const graph = Array.from({ length: 20 }, (_, index) => node(`n${index}`));
    const { outcomes, began } = await run(graph, new Set(), 2, 5);
    expect(began).toHaveLength(5);
    expect([...outcomes.values()].filter(({ kind }) => kind === 'skipped')).toHaveLength(15);
  });

  it.each([
    ['and begins nothing more', [node('a'), node('b'), node('c')]],
    ['also of the last node', [node('a'), node('b')]],
  ])('waits for what runs when an outcome cannot be noted, %s', async (_, nodes) => {
    const [began, ended]: [string[], string[]] = [[], []];
    const running = runGraph(nodes, {
      inFlight: 2,
      stopped: () => false,
      run: async ({ key }) => {
        began.push(key);
        await sleep(key === 'b' ? 20 : 1);
        ended.push(key);
      },
      onOutcome: () => {
        throw new Error('no room for it');
      },
    });
    await expect(running).rejects.toThrow('no room for it');
    expect([began, ended]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('takes names that are not in the graph for no obstacle', async () => {
    expect((await run([node('a', 'elsewhere')])).began).toEqual(['a']);
  });

  it('finishes every node once, keeps order and ceiling, and never does what needs a failure', async () => {
    const graphs = fc.array(fc.record({ needs: fc.array(fc.nat(), { maxLength: 3 }), fails: fc.boolean() }), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(graphs, fc.integer({ min: 1, max: 5 }), async (plan, inFlight) => {
        const nodes = plan.map(({ needs }, index) => ({
          key: `n${index}`,
          after: index === 0 ? [] : needs.map((need) => `n${need % index}`),
        }));
        const failing = new Set(plan.flatMap(({ fails }, index) => (fails ? [`n${index}`] : [])));
        const { outcomes, began, most } = await run(nodes, failing, inFlight);
        expect(outcomes.size).toBe(nodes.length);
        expect(most).toBeLessThanOrEqual(inFlight);
        for (const { key, after } of nodes) {
          const needsMet = after.every((need) => outcomes.get(need)?.kind === 'done');
          expect(outcomes.get(key)?.kind).toBe(needsMet ? (failing.has(key) ? 'failed' : 'done') : 'skipped');
          const late = after.filter((need) => needsMet && began.indexOf(need) > began.indexOf(key));
          expect(late).toEqual([]);
        }
      }),
    );
  });
});
