/** Clients that change from one way to authenticate to another, cut off at any write: the next run ends it, and nobody is without. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { credentialIn } from '../../src/credentials/registry.ts';
import type { AuthMethod, DesiredState } from '../../src/model/desired.ts';
import type { Credential } from '../../src/model/secrets/credential.ts';
import type { Capabilities } from '../../src/providers/provider.ts';
import { client, state } from '../support/bench/declared.ts';
import { Crash } from '../support/bench/memory-bench.ts';
import { answerOf, RotationBench } from '../support/bench/rotation-bench.ts';

const RUNS = { numRuns: Number(process.env['LAW_RUNS'] ?? 60) };

const AUTHS: readonly AuthMethod[] = [
  'client_secret_basic',
  'client_secret_post',
  { private_key_jwt: { alg: 'ES256' } },
  { private_key_jwt: { alg: 'EdDSA' } },
];

const PROVIDERS: readonly Partial<Capabilities>[] = [{}, { secretChangeVisible: false }];

function withAuth(auth: AuthMethod): DesiredState {
  return state([], [client('one', {}, { auth })]);
}

function isAccepted(bench: RotationBench, credential: Credential): boolean {
  return 'token' in answerOf(bench.provider, { clientId: 'one', credential });
}

/** Whether a consumer that reads the document finds something that is accepted. */
async function isServed(bench: RotationBench): Promise<boolean> {
  const lying = await bench.store.read('one');
  const held = lying === undefined ? undefined : credentialIn(lying.document.payload);
  return [held?.present, held?.next].some((each) => each !== undefined && isAccepted(bench, each));
}

it.each(PROVIDERS)('changing over, cut off at any write, at a provider with %o', async (capabilities) => {
  const step = fc.record({ auth: fc.constantFrom(...AUTHS), crashAfter: fc.nat({ max: 8 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      const bench = new RotationBench(capabilities);
      await bench.apply(withAuth('client_secret_basic'));
      for (const { auth, crashAfter } of steps) {
        const desired = withAuth(auth);
        await bench.carryOut(await bench.plan(desired), crashAfter).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        expect({ auth, crashAfter, isServed: await isServed(bench) }).toEqual({ auth, crashAfter, isServed: true });
      }
      const last = steps.at(-1)?.auth ?? 'client_secret_basic';
      const { results } = await bench.apply(withAuth(last));
      expect(results.every(({ outcome }) => outcome === 'done')).toBe(true);
      expect(await isServed(bench)).toBe(true);
      expect((await bench.plan(withAuth(last))).changes).toEqual([]);
      const lying = await bench.store.read('one');
      // What was staged for a change that nobody wants any more lies there until the next write, and opens nothing.
      const next = lying === undefined ? undefined : credentialIn(lying.document.payload)?.next;
      expect(next !== undefined && isAccepted(bench, next)).toBe(false);
      const isKey = typeof last !== 'string';
      expect(Object.hasOwn(lying?.document.payload ?? {}, 'client_secret')).toBe(!isKey);
      expect(Object.hasOwn(lying?.document.facts ?? {}, 'assertion_audience')).toBe(isKey);
    }),
    RUNS,
  );
});
