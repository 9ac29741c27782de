import { expect, it } from 'vitest';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { secretPayload } from '../../../test/support/stored-secrets.ts';
import { rotationOf } from '../../credentials/registry.ts';
import type { ClientSecret } from '../../model/secrets/credential.ts';
import type { ProofCheck } from '../../model/report.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { TokenAnswer } from '../proof/token-client.ts';
import { proveAccepted, provePreviousRefused } from './prove-rotation.ts';
import type { Probe, ProbePorts } from './probe.ts';

const PROBE: Probe = {
  auth: 'client_secret_basic',
  parameters: {},
  denial: { status: 400, error: 'invalid_scope' },
};
const TOKEN: TokenAnswer = { token: 'a token' };
const refused = (status: number, error: string): TokenAnswer => ({ refused: { status, error, why: '' } });

/** The token endpoint gives these answers, the last of them for good, and time passes only while it is waited. */
function portsWith(
  answers: readonly TokenAnswer[],
  patience = 0,
): ProbePorts & { readonly store: MemoryBench['store']; asked: number } {
  let now = 0;
  const ports = {
    store: new MemoryBench().store,
    asked: 0,
    patience,
    clock: { now: () => now, sleep: async (ms: number) => void (now += ms) },
    tokens: {
      request: async (): Promise<TokenAnswer> => {
        ports.asked += 1;
        return answers[ports.asked - 1] ?? answers.at(-1) ?? TOKEN;
      },
    },
  };
  return ports;
}

async function accepted(answers: readonly TokenAnswer[], patience = 0, probe = PROBE): Promise<string> {
  const ports = portsWith(answers, patience);
  await ports.store.write('orders', { clientId: 'orders', payload: secretPayload('s'), facts: {} }, 0);
  return (await proveAccepted('orders', probe, ports)).outcome;
}

it('proof of a rotation: proves that a credential is accepted by a token, or by a refusal of what was asked for with it', async () => {
  expect(await accepted([TOKEN])).toBe('passed');
  expect(await accepted([refused(400, 'invalid_scope')])).toBe('passed');
});

it.each([
  ['of the credential', refused(401, 'invalid_client')],
  ['with another status', refused(403, 'invalid_scope')],
  ['with another error', refused(400, 'invalid_grant')],
])('proof of a rotation: does not take a refusal %s for one of what was asked for', async (_, answer) => {
  expect(await accepted([answer])).toBe('failed');
});

it('proof of a rotation: fails where nothing lies in the store', async () => {
  const check = await proveAccepted('orders', PROBE, portsWith([TOKEN]));
  expect(check).toMatchObject({ outcome: 'failed', detail: 'nothing lies at memory/orders' });
});

it('proof of a rotation: asks again for as long as it has patience, and no longer', async () => {
  const [old, late] = [refused(401, 'invalid_client'), [refused(401, 'invalid_client'), TOKEN]];
  expect(await accepted(late, 60_000)).toBe('passed');
  expect(await accepted(late, 0)).toBe('failed');
  expect(await accepted([old], 60_000)).toBe('failed');
});

const secret = (text: string): ClientSecret => ({ kind: 'client-secret', secret: new Secret(text) });

const previousRefused = (
  known: readonly (ClientSecret | undefined)[],
  ports: ReturnType<typeof portsWith>,
  probe = PROBE,
): Promise<ProofCheck> =>
  provePreviousRefused(
    { probe, rotation: rotationOf({ auth: 'client_secret_basic' }) },
    { clientId: 'orders', credential: secret('present') },
    known,
    ports,
  );

const outcome = async (...answers: readonly TokenAnswer[]): Promise<string> =>
  (await previousRefused([secret('one'), secret('two')], portsWith(answers))).outcome;

it('proof of a rotation: proves that each secret from before is refused, by the code for that and no other', async () => {
  const invalid = refused(401, 'invalid_client');
  expect(await outcome(invalid, invalid)).toBe('passed');
  expect(await outcome(invalid, TOKEN)).toBe('failed');
  expect(await outcome(TOKEN, invalid)).toBe('failed');
  expect(await outcome(refused(503, 'temporarily_unavailable'))).toBe('failed');
});

it('proof of a rotation: proves nothing of secrets that nobody knows any more', async () => {
  const ports = portsWith([TOKEN]);
  // The present one is not from before.
  expect(await previousRefused([undefined, secret('present')], ports)).toMatchObject({ outcome: 'not-testable' });
  expect(ports.asked).toBe(0);
});

it('proof of a rotation: claims nothing of a client that is refused before its credential is looked at, for it is disabled', async () => {
  const disabled: Probe = { ...PROBE, disabled: { status: 401, error: 'invalid_client' } };
  const shutOut = refused(401, 'invalid_client');
  expect(await accepted([shutOut], 0, disabled)).toBe('not-testable');
  expect(await accepted([refused(401, 'unauthorized_client')], 0, disabled)).toBe('failed');
  expect((await previousRefused([secret('before')], portsWith([shutOut]), disabled)).outcome).toBe('not-testable');
  expect((await previousRefused([secret('before')], portsWith([shutOut]))).outcome).toBe('passed');
});

it('proof of a rotation: takes the refusal of a client that is disabled for that of its right credential, where that is looked at first', async () => {
  const denial = { status: 403, error: 'access_denied' };
  const disabled: Probe = { ...PROBE, denial, disabled: denial };
  expect(await accepted([refused(403, 'access_denied')], 0, disabled)).toBe('passed');
  const previous = [secret('before')];
  expect((await previousRefused(previous, portsWith([refused(401, 'access_denied')]), disabled)).outcome).toBe(
    'passed',
  );
  expect((await previousRefused(previous, portsWith([refused(403, 'access_denied')]), disabled)).outcome).toBe(
    'failed',
  );
});
