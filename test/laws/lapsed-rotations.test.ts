/** Rotations at servers that say 'done' of what they did in part or not at all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPlan } from '../../src/engine/plan/build-plan.ts';
import { applyPlan } from '../../src/engine/apply/apply-plan.ts';
import type { RotationRun } from '../../src/engine/rotation/run-rotations.ts';
import type { RotationRequest } from '../../src/engine/rotation/select-rotations.ts';
import { surveyTarget } from '../../src/engine/survey/survey-target.ts';
import type { Login } from '../../src/engine/places/stored-credential.ts';
import { answerOf } from '../support/bench/rotation-bench.ts';
import { GrantryError } from '../../src/model/errors.ts';
import { isDeliveryOutdated } from '../../src/model/rotation.ts';
import type { Capabilities } from '../../src/providers/provider.ts';
import { client, state } from '../support/bench/declared.ts';
import { Disobedient, lapses } from '../support/bench/disobedience.ts';
import { MemoryBench } from '../support/bench/memory-bench.ts';
import { rotateOnce } from '../support/bench/rotate-once.ts';
import { nextSecretIn, secretIn } from '../support/stored-secrets.ts';

const RUNS = { numRuns: Number(process.env['LAW_RUNS'] ?? 60) };
const HOUR = 3600;

const PROVIDERS: Readonly<Record<string, Partial<Capabilities>>> = {
  'that keeps the previous secret': { secretOverlap: true },
  'that replaces secrets at once': {},
  'that says no time and chooses secrets itself': { secretChangeVisible: false, chosenSecret: false },
};

const ONE = client('one', {}, { credential: { path: 'one', rotate: { every: 720 * HOUR, overlap: 48 * HOUR } } });
const DESIRED = { ...state([], [ONE]), overlaps: [48 * HOUR] };

class LapsedRotations extends MemoryBench {
  readonly servers = new Disobedient(this.provider, this.store);

  async deliver(): Promise<void> {
    const plan = buildPlan(await surveyTarget(DESIRED, this, { checkStore: true }));
    const how = { inFlight: 1, stopped: () => false, onResult: () => undefined, finishRotation: async () => undefined };
    const clock = { now: () => this.provider.now * 1000, sleep: async () => undefined };
    await applyPlan(plan, { provider: this.provider, store: this.store, clock }, how);
  }

  /** Undefined: it was refused. */
  async rotate(request: RotationRequest): Promise<RotationRun | undefined> {
    const { provider } = this;
    const { store } = this.servers;
    const sleep = async (ms: number): Promise<void> => void (provider.now += Math.ceil(ms / 1000));
    const ports = {
      provider,
      store,
      clock: { now: () => provider.now * 1000, sleep },
      stack: DESIRED.target.stack,
      patience: 0,
      tokens: {
        request: async (login: Login) => answerOf(provider, login),
      },
    };
    return rotateOnce(DESIRED, { provider, store }, request, { now: provider.now, portsOf: () => ports }).catch(
      (error: unknown) => {
        if (error instanceof GrantryError) return undefined;
        throw error;
      },
    );
  }

  get secret(): string | undefined {
    return this.provider.objects.find(({ kind }) => kind === 'Client')?.secret;
  }

  /** What of a rotation that is said to be done is not so. */
  async missing(before: string | undefined, keepsPrevious: boolean): Promise<string[]> {
    const object = this.provider.objects.find(({ kind }) => kind === 'Client');
    const stored = await this.store.read('one');
    const notes = (await this.store.inspect('one'))?.mark?.notes ?? {};
    const { secretChangeVisible } = this.provider.capabilities;
    const createdAt = secretChangeVisible ? object?.createdAt : undefined;
    const facts = {
      'a new secret': object?.secret !== before,
      'the secret in the store': secretIn(stored) === object?.secret && nextSecretIn(stored) === undefined,
      'the note is gone': !('rotation' in notes),
      'the mark': object?.delivered !== undefined && !isDeliveryOutdated({ createdAt, delivered: object.delivered }),
      'the previous secret': this.provider.accepts('one', before ?? '') === keepsPrevious,
    };
    return Object.entries(facts).flatMap(([what, isSo]) => (isSo ? [] : [what]));
  }
}

describe.each(Object.entries(PROVIDERS))('servers that lapse, of a provider %s', (_, capabilities) => {
  it('never have a rotation reported as done that is not there, and a later one is', async () => {
    await fc.assert(
      fc.asyncProperty(lapses, fc.boolean(), async (faults, revoke) => {
        const bench = new LapsedRotations(capabilities);
        bench.provider.now = 1_700_000_000;
        await bench.deliver();
        bench.provider.now = 1_700_100_000;
        const first = bench.secret;
        bench.servers.begin(faults.map(({ at, field }) => ({ at: at % 12, field })));
        const named = { kind: 'named', names: ['one'], force: true, revoke } as const;
        const run = await bench.rotate(named);
        bench.servers.obey();
        const outcomes = run?.results.map(({ outcome }) => outcome) ?? ['refused'];
        // A server that was to keep the previous secret and did not is reported by the gap.
        const keeps = !revoke && run?.results[0]?.gap === undefined;
        expect(outcomes[0] === 'done' ? await bench.missing(first, keeps) : []).toEqual([]);
        expect(bench.servers.lapsed ? ['done'] : outcomes).toEqual(['done']);
        bench.provider.now += 10;
        // What cannot be rotated as it is an apply repairs.
        const again = (await bench.rotate(named)) ?? (await bench.deliver().then(() => bench.rotate(named)));
        expect(again?.results.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
          expect.stringMatching(/^(done|finished)$/),
        ]);
        expect((await bench.missing(first, false)).filter((what) => what !== 'the previous secret')).toEqual([]);
      }),
      RUNS,
    );
  });
});
