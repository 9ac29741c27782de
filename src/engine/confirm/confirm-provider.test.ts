import { expect, it } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { clientSecret } from '../../credentials/client-secret/make.ts';
import type { Address } from '../../model/address.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { Delivery, Fields } from '../../model/state.ts';
import type { Provider } from '../../providers/provider.ts';
import { confirmProvider } from './confirm-provider.ts';

const STOCK = api('stock', ['stock:read']);
const DELIVERY: Delivery = { at: 7, place: 'memory/orders', path: 'orders', facts: 'digest' };
const CHOSEN = { credential: clientSecret(new Secret('chosen')), createdAt: 7, delivery: DELIVERY };
const WRITTEN = { credential: CHOSEN.credential, createdAt: 7, delivered: DELIVERY };

/** A provider with one client, of which a test replaces what it answers. */
async function setUp(): Promise<{ provider: Provider; id: string; apiId: string }> {
  const bench = new MemoryBench({ secretOverlap: true });
  await bench.apply(state([STOCK], [client('orders', { stock: ['stock:read'] })]));
  const [first, second] = bench.provider.objects;
  return { provider: bench.provider, apiId: first?.id ?? '', id: second?.id ?? '' };
}

const COMMON = { owner: '', reason: '', dependsOn: [], notes: {} } as const;
const gone = (id: string, address: Address) => ({ ...COMMON, op: 'delete', address, id, before: {} }) as const;

it.each<[string, Delivery | undefined, RegExp]>([
  ['is not there', undefined, /bears no mark/],
  ['names another place', { ...DELIVERY, place: 'memory/other' }, /the place in the mark/],
  ['names another path', { ...DELIVERY, path: 'other' }, /the path in the mark/],
  ['has another digest', { ...DELIVERY, facts: 'other' }, /the digest of the facts in the mark/],
  ['has another time', { ...DELIVERY, at: 8 }, /the time of the secret in the mark/],
  ['has another age', { ...DELIVERY, since: 8 }, /the age of the secret in the mark/],
])('confirmProvider: a mark that %s when it is read back has failed', async (_, found, words) => {
  const { provider, id } = await setUp();
  provider.markDelivered = async () => found;
  await expect(confirmProvider(provider).markDelivered(id, DELIVERY)).rejects.toMatchObject({
    code: 'FAILED',
    message: expect.stringMatching(words),
  });
});

it.each([
  ['another secret', { ...WRITTEN, credential: clientSecret(new Secret('other')) }, /the secret is another one/],
  ['another time', { ...WRITTEN, createdAt: 8 }, /the time of the secret is another one/],
  ['no mark', { ...WRITTEN, delivered: undefined }, /bears no mark/],
])('confirmProvider: a secret that was set and is read back with %s has failed', async (_, written, words) => {
  const { provider, id } = await setUp();
  if (provider.secrets !== undefined) provider.secrets.set = async () => written;
  await expect(confirmProvider(provider).secrets?.set(id, CHOSEN)).rejects.toThrow(words);
});

it('confirmProvider: a secret that the account may not see is not taken for another one', async () => {
  const { provider, id } = await setUp();
  if (provider.secrets !== undefined) provider.secrets.set = async () => ({ ...WRITTEN, credential: undefined });
  await expect(confirmProvider(provider).secrets?.set(id, CHOSEN)).resolves.toBeDefined();
});

it('confirmProvider: an overlap that is there after its end has failed', async () => {
  const { provider, id } = await setUp();
  if (provider.secrets !== undefined)
    provider.secrets.endOverlap = async () => ({ previous: undefined, previousUntil: 9 });
  await expect(confirmProvider(provider).secrets?.endOverlap(id)).rejects.toThrow('the previous secret is still there');
});

it('confirmProvider: a client that is there after its delete has failed', async () => {
  const { provider, id } = await setUp();
  provider.deleteClient = async () => undefined;
  await expect(confirmProvider(provider).deleteClient(gone(id, 'Client/orders'))).rejects.toThrow(
    'the client orders is still there',
  );
});

it('confirmProvider: what is left of an Api after its delete, or of scopes that were to go, has failed', async () => {
  const { provider, apiId } = await setUp();
  provider.removeApiScopes = async () => ({ scopes: { 'stock:read': {} } });
  const confirmed = confirmProvider(provider);
  await expect(confirmed.removeApiScopes(gone(apiId, 'Api/stock'))).rejects.toThrow('stock:read is still there');
  const less = { ...COMMON, op: 'update', address: 'Api/stock', id: apiId, before: {}, after: { scopes: {} } } as const;
  provider.removeApiScopes = async () => ({ scopes: { 'stock:read': { description: 'x' } } });
  await expect(confirmProvider(provider).removeApiScopes(less)).rejects.toThrow('stock:read');
});

it('confirmProvider: an issuer that is otherwise, or is there after its delete, has failed', async () => {
  const { provider } = await setUp();
  const make = { ...COMMON, op: 'create', address: 'Issuer/github', after: { trusts: 'https://a.test' } } as const;
  const answering = (found: Fields | undefined): Provider =>
    Object.assign(provider, { federation: { changeIssuer: async () => found } });
  const other = confirmProvider(answering({ trusts: 'https://b.test' })).federation;
  await expect(other?.changeIssuer(make)).rejects.toThrow('instead of');
  await expect(other?.changeIssuer(gone('1', 'Issuer/github'))).rejects.toThrow('Issuer/github is still there');
  await expect(confirmProvider(answering(undefined)).federation?.changeIssuer(make)).rejects.toThrow('trusts');
  await expect(confirmProvider(answering(make.after)).federation?.changeIssuer(make)).resolves.toBe(make.after);
});

it('confirmProvider: an overlap that is otherwise, or is there after its delete, has failed', async () => {
  const { provider } = await setUp();
  const make = { ...COMMON, op: 'create', address: 'Rotation/1h', after: { seconds: 3600 } } as const;
  provider.changeOverlap = async () => ({ seconds: 7 });
  await expect(confirmProvider(provider).changeOverlap(make)).rejects.toThrow('seconds is 7 instead of 3600');
  await expect(confirmProvider(provider).changeOverlap(gone('1', 'Rotation/1h'))).rejects.toThrow('is still there');
  provider.changeOverlap = async () => undefined;
  await expect(confirmProvider(provider).changeOverlap(make)).rejects.toThrow('seconds');
});
