/** A secret that the server makes, where its answer is lost: never two for one rotation. */
import { describe, expect, it } from 'vitest';
import { GrantryError } from '../../model/errors.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { IssuedCredential, IssuedSecret, SecretsFacet } from '../../providers/provider.ts';
import { MemoryProvider } from '../../providers/memory/index.ts';
import { clientSecret } from './make.ts';
import { secretsOf } from './read.ts';
import { rotation } from './rotate.ts';

const GONE = new GrantryError('UNREACHABLE', 'gone');
const issuedAt = (createdAt: number, secret = 'new'): IssuedSecret => ({
  id: 'id-1',
  clientId: 'orders',
  credential: clientSecret(new Secret(secret)),
  createdAt,
});

/** What is delivered of a client whose secret was made at 7, or the error. */
async function renew(secrets: Pick<SecretsFacet, 'regenerate' | 'read'>): Promise<unknown> {
  const provider = new MemoryProvider();
  Object.assign(provider.secrets, secrets);
  const client = {
    id: 'id-1',
    clientId: 'orders',
    auth: 'client_secret_basic' as const,
    overlap: 0,
    delivered: { place: 'memory/orders', path: 'orders' },
    was: 7,
    stored: undefined,
  };
  const delivered: unknown[] = [];
  const steps = {
    provider,
    clock: { now: () => 0, sleep: async () => undefined },
    stage: async () => undefined,
    deliver: async (issued: IssuedCredential) => delivered.push(issued.createdAt),
  };
  const error = await rotation.renew(client, steps).catch((thrown: unknown) => thrown);
  return error instanceof Error ? error : delivered;
}

describe('rotation.renew', () => {
  it('delivers what the server made', async () => {
    expect(await renew({ regenerate: async () => issuedAt(8), read: async () => issuedAt(9) })).toEqual([8]);
  });

  it('delivers what the server has by then, where its answer is lost', async () => {
    expect(await renew({ regenerate: () => Promise.reject(GONE), read: async () => issuedAt(8) })).toEqual([8]);
  });

  it.each([
    ['has the secret from before', async () => issuedAt(7)],
    ['cannot be asked', () => Promise.reject(new GrantryError('NOT_ALLOWED', 'no'))],
  ])('fails as the request did, where the server %s', async (_, read) => {
    expect(await renew({ regenerate: () => Promise.reject(GONE), read })).toBe(GONE);
  });

  it.each([new GrantryError('NOT_ALLOWED', 'no'), new TypeError('a bug')])(
    'fails at a refusal, whatever the server has: %s',
    async (refusal) => {
      expect(await renew({ regenerate: () => Promise.reject(refusal), read: async () => issuedAt(8) })).toBe(refusal);
    },
  );
});

it('secretsOf: refuses a provider whose clients have no secrets', () => {
  const { capabilities } = new MemoryProvider();
  expect(() => secretsOf({ capabilities })).toThrow('the clients of this provider have no secrets');
});
