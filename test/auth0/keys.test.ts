/** Clients of Auth0 that are known by keys: made, rotated, changed over, and put right. */
import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAdoption } from '../../src/engine/plan/adoption.ts';
import { textOf } from '../../demo/auth0/emulator/json.ts';
import { KeyBench, KEYED, KEYED_BY_PS256, WITH_SECRET } from './key-bench.ts';

let bench: KeyBench;
beforeEach(async () => {
  bench = await KeyBench.open();
});
afterEach(() => bench.close());

const strangersPem = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** What an apply leaves: the one key in the store, which works. */
async function expectRepaired(): Promise<void> {
  await bench.subject.setUp(KEYED);
  expect(await bench.subject.changesOf(KEYED, true)).toEqual([]);
  expect(await bench.subject.unproven(KEYED)).toEqual([]);
  expect(await bench.stored()).toEqual([(await bench.held())?.keyId]);
}

describe('a client with a key', () => {
  it('is made, its key delivered and proven, and a second apply writes nothing', async () => {
    await bench.subject.setUp(KEYED);
    const key = await bench.held();
    expect(key?.alg).toBe('RS256');
    expect(await bench.stored()).toEqual([key?.keyId]);
    expect(await bench.accepts(key)).toBe(true);
    expect(await bench.subject.unproven(KEYED)).toEqual([]);
    const document = await bench.subject.store.read('orders');
    expect(document?.document.facts).toMatchObject({
      auth_method: 'private_key_jwt',
      assertion_audience: 'https://acme-test.eu.auth0.com/',
    });
    bench.emulator.reset();
    await bench.subject.setUp(KEYED);
    expect(await bench.subject.changesOf(KEYED, true)).toEqual([]);
    expect(bench.emulator.writes()).toEqual([]);
    // Two listings; and none of the keys of each client.
    expect(bench.emulator.count({ path: /credentials/ })).toBe(0);
  });

  it('signs with what the manifest says', async () => {
    await bench.subject.setUp(KEYED_BY_PS256);
    const key = await bench.held();
    expect([key?.alg, await bench.accepts(key)]).toEqual(['PS256', true]);
    expect(await bench.subject.changesOf(KEYED_BY_PS256)).toEqual([]);
    await bench.subject.setUp(KEYED);
    const other = await bench.held();
    expect([other?.alg, await bench.accepts(other), await bench.accepts(key)]).toEqual(['RS256', true, false]);
    expect(await bench.subject.changesOf(KEYED, true)).toEqual([]);
    expect(await bench.stored()).toEqual([other?.keyId]);
  });
});

it('a client whose application has no room for one more key of metadata is a conflict', async () => {
  await bench.subject.setUp(WITH_SECRET);
  const theirs = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`theirs${index}`, 'x']));
  await bench.hand.ok('PATCH', `/clients/${await bench.clientId()}`, { client_metadata: theirs });
  expect((await bench.subject.plan(WITH_SECRET)).conflicts).toEqual([]);
  expect((await bench.subject.plan(KEYED)).conflicts).toMatchObject([
    { address: 'Client/orders', reason: expect.stringContaining('there would be 11, and Auth0 takes 10') },
  ]);
});

describe('a rotation of a key', () => {
  beforeEach(() => bench.subject.setUp(KEYED));

  it('has both keys accepted until the overlap is over, and then the new one alone', async () => {
    const before = await bench.held();
    expect(await bench.rotate()).toMatchObject([{ outcome: 'done', checks: [{ outcome: 'passed' }] }]);
    const after = await bench.held();
    expect(after?.keyId).not.toBe(before?.keyId);
    expect([await bench.accepts(before), await bench.accepts(after)]).toEqual([true, true]);
    expect(await bench.subject.changesOf(KEYED, true)).toEqual([]);
    bench.pass(49);
    expect(await bench.subject.changesOf(KEYED)).toEqual(['update Client/orders']);
    await bench.subject.setUp(KEYED);
    expect([await bench.accepts(before), await bench.accepts(after)]).toEqual([false, true]);
    expect(await bench.stored()).toEqual([after?.keyId]);
    expect(await bench.subject.changesOf(KEYED, true)).toEqual([]);
  });

  it('leaves no gap, and can be repeated beyond the room for two', async () => {
    const keys = [await bench.held()];
    for (let round = 0; round < 4; round += 1) {
      const [result] = await bench.rotate({ force: true });
      expect(result).toMatchObject({ outcome: 'done' });
      expect(result?.gap).toBeUndefined();
      keys.push(await bench.held());
    }
    const accepted = await Promise.all(keys.map((key) => bench.accepts(key)));
    expect(accepted).toEqual([false, false, false, true, true]);
    const [last = '', oneBefore = ''] = keys.toReversed().map((key) => key?.keyId ?? '');
    expect(new Set(await bench.stored())).toEqual(new Set([last, oneBefore]));
    expect(await bench.subject.changesOf(KEYED, true)).toEqual([]);
  });

  it('ends the previous key at once where it is revoked, and shows that it is refused', async () => {
    const before = await bench.held();
    expect(await bench.rotate({ revoke: true })).toMatchObject([
      {
        op: 'revoke',
        outcome: 'done',
        checks: [{ outcome: 'passed' }, { claim: 'the previous key is refused', outcome: 'passed' }],
      },
    ]);
    expect([await bench.accepts(before), await bench.accepts(await bench.held())]).toEqual([false, true]);
    expect(await bench.stored()).toEqual([(await bench.held())?.keyId]);
  });

  it('ends the overlap of the one before where a later one is revoked', async () => {
    const first = await bench.held();
    await bench.rotate();
    const second = await bench.held();
    await bench.rotate({ revoke: true });
    const accepted = [await bench.accepts(first), await bench.accepts(second), await bench.accepts(await bench.held())];
    expect(accepted).toEqual([false, false, true]);
  });
});

describe('changing over', () => {
  it('from a secret to a key: the secret is refused from then on', async () => {
    await bench.subject.setUp(WITH_SECRET);
    const secret = await bench.subject.secretInStore('orders');
    await bench.subject.setUp(KEYED);
    expect([await bench.acceptsSecret(secret), await bench.accepts(await bench.held())]).toEqual([false, true]);
    expect(await bench.subject.secretInStore('orders')).toBe('');
    expect(await bench.subject.unproven(KEYED)).toEqual([]);
    expect(await bench.subject.changesOf(KEYED, true)).toEqual([]);
  });

  it('from a key to a secret: neither the key nor the secret of before is accepted, and no key is left', async () => {
    await bench.subject.setUp(WITH_SECRET);
    const first = await bench.subject.secretInStore('orders');
    await bench.subject.setUp(KEYED);
    const key = await bench.held();
    await bench.subject.setUp(WITH_SECRET);
    const secret = await bench.subject.secretInStore('orders');
    expect([await bench.acceptsSecret(secret), await bench.acceptsSecret(first), await bench.accepts(key)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await bench.stored()).toEqual([]);
    expect(await bench.held()).toBeUndefined();
    expect(await bench.application()).not.toHaveProperty('client_metadata.grantry_keys');
    expect(await bench.subject.unproven(WITH_SECRET)).toEqual([]);
    expect(await bench.subject.changesOf(WITH_SECRET, true)).toEqual([]);
  });
});

describe('an application with a key of its own that is adopted', () => {
  it('goes on with that for the overlap', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const credential = { credential_type: 'public_key', pem, kid: 'a-key-of-its-own' };
    const made = await bench.hand.ok('POST', '/clients', {
      name: 'orders',
      app_type: 'non_interactive',
      grant_types: ['client_credentials'],
      client_authentication_methods: { private_key_jwt: { credentials: [credential] } },
      jwt_configuration: { alg: 'RS256' },
    });
    await bench.subject.setUp(KEYED, { adoption: parseAdoption(['Client/orders']) });
    const own = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const held = { pem: own, keyId: 'a-key-of-its-own', alg: 'RS256' };
    expect([await bench.clientId(), await bench.accepts(held)]).toEqual([made['client_id'], true]);
    expect(await bench.accepts(await bench.held())).toBe(true);
    expect(await bench.subject.changesOf(KEYED, true)).toEqual([]);
    bench.pass(49);
    await expectRepaired();
    expect(await bench.accepts(held)).toBe(false);
  });
});

it('of an application with two keys of its own that is adopted the newer one stays for the overlap', async () => {
  const own = ['the-older-one', 'the-newer-one'].map((kid) => ({
    kid,
    ...generateKeyPairSync('rsa', { modulusLength: 2048 }),
  }));
  const made = await bench.hand.ok('POST', '/clients', {
    name: 'orders',
    app_type: 'non_interactive',
    grant_types: ['client_credentials'],
    jwt_configuration: { alg: 'RS256' },
  });
  const path = `/clients/${textOf(made['client_id'])}`;
  const ids: { id: string }[] = [];
  for (const { kid, publicKey } of own) {
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const added = await bench.hand.ok('POST', `${path}/credentials`, { credential_type: 'public_key', pem, kid });
    ids.push({ id: textOf(added['id']) });
    await sleep(5);
  }
  await bench.hand.ok('PATCH', path, {
    client_authentication_methods: { private_key_jwt: { credentials: ids } },
    token_endpoint_auth_method: null,
  });
  await bench.subject.setUp(KEYED, { adoption: parseAdoption(['Client/orders']) });
  const held = own.map(({ kid, privateKey }) => {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    return { pem, keyId: kid, alg: 'RS256' };
  });
  const accepted = await Promise.all([...held, await bench.held()].map((key) => bench.accepts(key)));
  expect(accepted).toEqual([false, true, true]);
  expect(await bench.subject.changesOf(KEYED, true)).toEqual([]);
});

describe('what somebody does by hand', () => {
  beforeEach(() => bench.subject.setUp(KEYED));

  it('a key that was added goes again', async () => {
    const key = await bench.held();
    const stranger = await bench.storeByHand(strangersPem());
    await bench.enable([...(await bench.enabled()), stranger]);
    const { changes } = await bench.subject.plan(KEYED);
    expect(changes).toMatchObject([{ op: 'update', before: { strayKeys: [stranger] }, after: { strayKeys: [] } }]);
    await expectRepaired();
    expect((await bench.held())?.keyId).toBe(key?.keyId);
  });

  it('a key that is stored and not used takes no room from a rotation', async () => {
    await bench.storeByHand(strangersPem());
    expect(await bench.subject.changesOf(KEYED)).toEqual([]);
    expect(await bench.rotate()).toMatchObject([{ outcome: 'done' }]);
    expect(await bench.stored()).toHaveLength(2);
    bench.pass(49);
    await expectRepaired();
  });

  it('a key that was taken away is replaced by a new one', async () => {
    const gone = await bench.held();
    await bench.enable([]);
    expect(await bench.subject.changesOf(KEYED)).toEqual(['deliver Client/orders']);
    await expectRepaired();
    expect((await bench.held())?.keyId).not.toBe(gone?.keyId);
  });

  it('a key that was swapped for another is replaced by a new one', async () => {
    const key = await bench.held();
    await bench.enable([await bench.storeByHand(strangersPem())]);
    await expectRepaired();
    expect((await bench.held())?.keyId).not.toBe(key?.keyId);
  });

  it('a client that was given its secret back is known by a key again', async () => {
    await bench.hand.ok('PATCH', `/clients/${await bench.clientId()}`, {
      client_authentication_methods: null,
      token_endpoint_auth_method: 'client_secret_post',
    });
    expect(await bench.subject.changesOf(KEYED)).toEqual(['update Client/orders']);
    await expectRepaired();
  });
});
