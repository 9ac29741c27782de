/** Changing over between a credential and a workload without one, cut off after any write. */
import { describe, expect, it } from 'vitest';
import { credentialIn } from '../../src/credentials/registry.ts';
import type { AuthMethod, DesiredState } from '../../src/model/desired.ts';
import { authName } from '../../src/model/auth-method.ts';
import type { Payload } from '../../src/stores/store.ts';
import { api, client, state } from '../support/bench/declared.ts';
import { Crash, MemoryBench } from '../support/bench/memory-bench.ts';

const CAPABILITIES = { federation: true };
const SECRET = 'client_secret_basic';
const KEY: AuthMethod = { private_key_jwt: { alg: 'ES256' } };
const workload = (subject: string): AuthMethod => ({ federated: { issuer: 'ci', alias: 'ci', subject } });

function declaring(auth: AuthMethod, path = 'orders'): DesiredState {
  const rotate = { every: 7_776_000, overlap: 0 };
  const credential = { path, rotate };
  return state([api('stock', ['stock:read'])], [client('orders', { stock: ['stock:read'] }, { auth, credential })]);
}

/** What a client logs in with by this method, as the provider has it. */
function presentAt({ provider }: MemoryBench, auth: AuthMethod): unknown {
  const object = provider.objects.find(({ kind }) => kind === 'Client');
  if (typeof auth === 'string') return object?.secret;
  return 'federated' in auth ? auth.federated.subject : object?.keys?.[0]?.keyId;
}

function presentIn(payload: Payload): unknown {
  const { present } = credentialIn(payload) ?? {};
  switch (present?.kind) {
    case 'client-secret':
      return present.secret.reveal();
    case 'private-key-jwt':
      return present.keyId;
    case 'federated-jwt':
      return present.subject;
    case undefined:
    default:
      return undefined;
  }
}

const KEYS_OF: Readonly<Record<string, readonly string[]>> = {
  client_secret_basic: ['client_secret'],
  private_key_jwt: ['key_alg', 'key_id', 'private_key'],
  federated: ['issuer_alias', 'subject'],
};

/** The document holds what the client logs in with, and nothing of what it logged in with before. */
async function expectDelivered(bench: MemoryBench, auth: AuthMethod, path = 'orders'): Promise<void> {
  const { payload = {}, facts = {} } = (await bench.store.read(path))?.document ?? {};
  expect(presentIn(payload)).toBe(presentAt(bench, auth));
  const keys = Object.entries(payload).flatMap(([key, value]) => (value === null ? [] : [key]));
  expect(keys.toSorted()).toEqual(KEYS_OF[authName(auth)]);
  expect('rotated_at' in facts).toBe(authName(auth) !== 'federated');
}

const CASES: readonly (readonly [string, AuthMethod, AuthMethod, string])[] = [
  ['a secret to a workload', SECRET, workload('one'), 'orders'],
  ['a workload to a secret', workload('one'), SECRET, 'orders'],
  ['a key to a workload', KEY, workload('one'), 'orders'],
  ['a workload to a key', workload('one'), KEY, 'orders'],
  ['one workload to another', workload('one'), workload('two'), 'orders'],
  ['a secret to a workload with another place', SECRET, workload('one'), 'elsewhere'],
];

describe.each(CASES)('changing over from %s', (_, from, to, path) => {
  it('is done by one apply, and a second one changes nothing', async () => {
    const bench = new MemoryBench(CAPABILITIES);
    await bench.apply(declaring(from));
    await expectDelivered(bench, from);
    const { results } = await bench.apply(declaring(to, path));
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done']);
    await expectDelivered(bench, to, path);
    expect((await bench.plan(declaring(to, path))).changes).toEqual([]);
  });

  it('is finished by the next apply, wherever it was cut off', async () => {
    for (let writes = 0; writes < 12; writes += 1) {
      const bench = new MemoryBench(CAPABILITIES);
      await bench.apply(declaring(from));
      const cut = await bench.carryOut(await bench.plan(declaring(to, path)), writes).catch((error: unknown) => error);
      const isCut = cut instanceof Crash || JSON.stringify(cut).includes('failed');
      await bench.apply(declaring(to, path));
      await expectDelivered(bench, to, path);
      expect((await bench.plan(declaring(to, path))).changes).toEqual([]);
      if (!isCut) return;
    }
    expect.unreachable('it never ends');
  });
});

it('a new client of a workload is made whole by the next apply, wherever its creation was cut off', async () => {
  for (let writes = 0; writes < 6; writes += 1) {
    const bench = new MemoryBench(CAPABILITIES);
    const desired = declaring(workload('one'));
    await bench.carryOut(await bench.plan(desired), writes).catch(() => undefined);
    await bench.apply(desired);
    await expectDelivered(bench, workload('one'));
    expect((await bench.plan(desired)).changes).toEqual([]);
  }
});
