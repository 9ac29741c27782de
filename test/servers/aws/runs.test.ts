/** Whole runs on AWS Secrets Manager, with a provider in memory: what a plan costs, and what a process that dies leaves behind. */
import { beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { applyPlan } from '../../../src/engine/apply/apply-plan.ts';
import { trackWrites } from '../../../src/engine/apply/track-writes.ts';
import { buildPlan } from '../../../src/engine/plan/build-plan.ts';
import { surveyTarget } from '../../../src/engine/survey/survey-target.ts';
import type { DesiredState } from '../../../src/model/desired.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { MemoryProvider } from '../../../src/providers/memory/index.ts';
import { openAwsStore } from '../../../src/stores/aws/index.ts';
import type { Store } from '../../../src/stores/store.ts';
import { api, client, state } from '../../support/bench/declared.ts';
import { AWS_KEYS, createAws } from '../../support/servers/aws.ts';
import type { TestAws } from '../../support/servers/aws.ts';
import { portsOver } from '../../support/servers/ports-over.ts';
import { secretIn } from '../../support/stored-secrets.ts';

beforeAll(() => {
  for (const [name, value] of Object.entries(AWS_KEYS)) vi.stubEnv(name, value);
  return () => vi.unstubAllEnvs();
});

/** The run dies: nothing of it is sent any more. */
class Death extends Error {}

/** A provider in memory and a part of AWS, on which one run after the other works. */
class Bench {
  readonly aws: TestAws = createAws(inject('aws'));
  readonly provider = new MemoryProvider();
  /** Actions that were asked for since the last `open`. */
  asked: string[] = [];
  #now = 1_700_000_000_000;

  /** A new process, which dies after so many requests. */
  async open(requests = Infinity): Promise<Store> {
    const { fetch } = systemPorts();
    this.asked = [];
    const counting = portsOver((url, init) => {
      if (this.asked.length >= requests) throw new Death();
      this.asked.push(new Headers(init?.headers).get('x-amz-target')?.split('.')[1] ?? '');
      return fetch(url, init);
    });
    return openAwsStore(this.aws.settings(), counting);
  }

  async plan(desired: DesiredState, store: Store): Promise<Plan> {
    return buildPlan(await surveyTarget(desired, { provider: this.provider, store }));
  }

  async apply(desired: DesiredState, store: Store): Promise<readonly string[]> {
    const plan = await this.plan(desired, store);
    const tracked = trackWrites(
      { provider: this.provider, store },
      { before: () => undefined, after: () => undefined },
    );
    const clock = { now: () => (this.#now += 1000), sleep: async () => undefined };
    const options = {
      inFlight: 3,
      stopped: () => false,
      onResult: () => undefined,
      finishRotation: async () => undefined,
    };
    const { results } = await applyPlan(plan, { ...tracked, clock }, options);
    return results.map(({ outcome }) => outcome);
  }
}

const STOCK = api('stock', ['stock:read']);
const clients = (count: number, scopes: readonly string[]) =>
  Array.from({ length: count }, (_, n) => client(`client-${n}`, { stock: scopes }));

describe('a plan of 200 clients in which nothing changed', () => {
  test('takes three listings, and nothing else', { timeout: 300_000 }, async () => {
    const bench = new Bench();
    const desired = state([STOCK], clients(200, ['stock:read']));
    await bench.apply(desired, await bench.open());
    const store = await bench.open();
    expect(await bench.plan(desired, store)).toMatchObject({ changes: [], conflicts: [] });
    expect(bench.asked.filter((action) => action !== 'ListSecrets')).toEqual([]);
    expect(bench.asked.length).toBeLessThanOrEqual(3);
  });
});

describe('a process that dies', () => {
  test(
    'at any request leaves what the next run goes on from, and no credential is lost',
    { timeout: 300_000 },
    async () => {
      const first = state([STOCK], clients(2, []));
      const second = state([STOCK], [...clients(2, ['stock:read']).slice(1), client('new', { stock: ['stock:read'] })]);
      let [dies, done] = [1, false];
      for (; !done; dies += 1) {
        const bench = new Bench();
        await bench.apply(first, await bench.open());
        const dying = await bench.open(dies);
        done = await bench.apply(second, dying).then(
          (outcomes) => outcomes.every((outcome) => outcome === 'done'),
          (error: unknown) => {
            expect(error).toBeInstanceOf(Death);
            return false;
          },
        );
        const next = await bench.open();
        expect((await bench.apply(second, next)).filter((outcome) => outcome !== 'done')).toEqual([]);
        expect(await bench.plan(second, next)).toMatchObject({ changes: [], conflicts: [] });
        for (const { clientId, credential } of second.clients) {
          const object = bench.provider.objects.find(({ fields }) => fields['clientId'] === clientId);
          expect(secretIn(await next.read(credential.path))).toBe(object?.secret);
        }
      }
      // It died at each of them once.
      expect(dies).toBeGreaterThan(10);
    },
  );
});
