/** Clients with keys of their own, whose documents move or are written again: nobody who has an accepted key is cut off. */
import { describe, expect, it } from 'vitest';
import { credentialIn } from '../../credentials/registry.ts';
import type { AuthMethod, DesiredState } from '../../model/desired.ts';
import type { StoredDocument } from '../../stores/store.ts';
import { makeKey } from '../../credentials/private-key-jwt/make.ts';
import { buildPlan } from '../plan/build-plan.ts';
import { surveyTarget } from '../survey/survey-target.ts';
import { client, state } from '../../../test/support/bench/declared.ts';
import type { Client } from '../../../test/support/bench/declared.ts';
import { RotationBench } from '../../../test/support/bench/rotation-bench.ts';

const KEY: AuthMethod = { private_key_jwt: { alg: 'ES256' } };
const WRITES = [0, 1, 2, 3, 4, 5, 6, 7] as const;

function keyed(name: string, path: string, special: Partial<Client> = {}): Client {
  return client(
    name,
    {},
    { auth: KEY, credential: { path, rotate: { every: 7_776_000, overlap: 172_800 } }, ...special },
  );
}

const alone = (path: string, special: Partial<Client> = {}): DesiredState => state([], [keyed('one', path, special)]);
const both = (one: string, two: string): DesiredState => state([], [keyed('one', one), keyed('two', two)]);

class KeyBench extends RotationBench {
  /** The provider's ids of a client's keys, the newest first. */
  keyIds(clientId = 'one'): string[] {
    return (this.clients().get(clientId)?.keys ?? []).map(({ keyId }) => keyId);
  }

  async lying(path: string): Promise<StoredDocument['document'] | undefined> {
    return (await this.store.read(path))?.document;
  }

  /** The ids of the keys in a document: the present one, and the one to come. */
  async keysIn(path: string): Promise<(string | undefined)[]> {
    const { present, next } = credentialIn((await this.lying(path))?.payload ?? {}) ?? {};
    return [present, next].map((each) => (each?.kind === 'private-key-jwt' ? each.keyId : undefined));
  }

  /** As another tool would write it. */
  async loseMark(path: string): Promise<void> {
    const document = await this.lying(path);
    await this.store.purge(path);
    if (document !== undefined) await this.store.write(path, document, 0);
  }

  async rotateOne(desired: DesiredState): Promise<void> {
    this.provider.now = Math.floor(this.now / 1000) + 100;
    const { results } = await this.rotate(desired, { kind: 'named', names: ['one'], force: false, revoke: false });
    expect(results.map(({ outcome }) => outcome)).toEqual(['done']);
    this.now = this.provider.now * 1000;
  }

  /** Applies it, and expects that nothing is left to do. */
  async settle(desired: DesiredState): Promise<void> {
    const { results } = await this.apply(desired);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(results.map(() => 'done'));
    expect((await this.plan(desired)).changes).toEqual([]);
  }
}

async function applied(desired: DesiredState, bench = new KeyBench()): Promise<KeyBench> {
  bench.provider.now = 1_700_000_000;
  await bench.settle(desired);
  return bench;
}

describe('a document that moves', () => {
  it('keeps the key where an older one of the same client lies at the new place', async () => {
    const bench = await applied(alone('a'));
    await bench.settle(alone('b'));
    await bench.rotateOne(alone('b'));
    const keys = bench.keyIds();
    await bench.settle(alone('a'));
    expect(bench.keyIds()).toEqual(keys);
    expect(await bench.keysIn('a')).toEqual([keys[0], undefined]);
  });

  it.each(WRITES)(
    'keeps the key where the retired one of another client lies there, cut off after %i writes',
    async (writes) => {
      const bench = await applied(both('a', 'x'));
      await bench.settle(both('a', 'y'));
      const [own] = bench.keyIds();
      await bench.carryOut(await bench.plan(both('x', 'y')), writes);
      const isWritten = (await bench.lying('x'))?.clientId === 'one';
      expect(isWritten ? await bench.keysIn('x') : [own, undefined]).toEqual([own, undefined]);
      await bench.settle(both('x', 'y'));
      expect(bench.keyIds()).toEqual([own]);
      expect(await bench.keysIn('x')).toEqual([own, undefined]);
    },
  );

  it.each(WRITES)('gets no key of another client where its own is gone, cut off after %i writes', async (writes) => {
    const bench = await applied(both('a', 'x'));
    await bench.settle(both('a', 'y'));
    const [theirs] = bench.keyIds('two');
    await bench.store.purge('a');
    await bench.carryOut(await bench.plan(both('x', 'y')), writes);
    const isWritten = (await bench.lying('x'))?.clientId === 'one';
    expect(isWritten ? await bench.keysIn('x') : []).not.toContain(theirs);
    await bench.settle(both('x', 'y'));
    expect(await bench.keysIn('x')).toEqual([bench.keyIds()[0], undefined]);
  });

  it('keeps the key where the document has lost its mark', async () => {
    const bench = await applied(alone('a'));
    const keys = bench.keyIds();
    await bench.loseMark('a');
    await bench.settle(alone('b'));
    expect(bench.keyIds()).toEqual(keys);
  });
});

describe('a document that stays', () => {
  it('keeps the key where the manifest gets another name, and where it gets another client_id', async () => {
    const bench = await applied(alone('a'));
    const keys = bench.keyIds();
    await bench.settle(state([], [keyed('uno', 'a', { clientId: 'one' })]));
    expect(bench.keyIds()).toEqual(keys);
    await bench.settle(state([], [keyed('uno', 'a', { clientId: 'eins' })]));
    expect(bench.keyIds('eins')).toEqual(keys);
  });

  it('keeps the key where it has lost its mark', async () => {
    const bench = await applied(alone('a'));
    const keys = bench.keyIds();
    await bench.loseMark('a');
    const elsewhere: DesiredState = { ...alone('a'), apis: [] };
    await bench.settle({ ...elsewhere, clients: [keyed('uno', 'a', { clientId: 'one' })] });
    expect(bench.keyIds()).toEqual(keys);
  });

  it('that was deleted gets another key, and those of before are accepted as long as they were to be', async () => {
    const bench = await applied(alone('a'));
    const [oldest] = bench.keyIds();
    await bench.rotateOne(alone('a'));
    const untilsOf = (): unknown =>
      bench
        .clients()
        .get('one')
        ?.keys?.find(({ keyId }) => keyId === oldest);
    const before = untilsOf();
    await bench.store.purge('a');
    await bench.settle(alone('a'));
    expect(bench.keyIds()).toHaveLength(3);
    expect(untilsOf()).toEqual(before);
  });

  it('whose client was changed to another way by hand keeps its key, and the overlap that runs', async () => {
    const bench = await applied(alone('a'));
    await bench.rotateOne(alone('a'));
    const keys = bench.keyIds();
    expect(keys).toHaveLength(2);
    const object = bench.clients().get('one');
    if (object !== undefined) object.fields = { ...object.fields, signingAlg: 'EdDSA' };
    await bench.settle(alone('a'));
    expect(bench.keyIds()).toEqual(keys);
  });

  it('with a private key that is not the one of its id is found where all are compared, and written again', async () => {
    const bench = await applied(alone('a'));
    const { payload = {}, clientId = '' } = (await bench.lying('a')) ?? {};
    const other = await makeKey('ES256');
    const version = (await bench.store.read('a'))?.version ?? 0;
    await bench.store.write(
      'a',
      { clientId, payload: { ...payload, private_key: other.privateKey }, facts: {} },
      version,
    );
    const found = buildPlan(await surveyTarget(alone('a'), bench, { checkStore: true }));
    expect(found.changes.map((change) => 'delivery' in change && change.delivery?.reason)).toEqual(['differs']);
    await bench.carryOut(found);
    const [present] = await bench.keysIn('a');
    expect(present).toBe(bench.keyIds()[0]);
    expect(present).not.toBe(payload['key_id']);
  });
});

describe('where the provider assigns the client_id', () => {
  it.each(WRITES)('a document says that one also while a key is to come, cut off after %i writes', async (writes) => {
    const bench = await applied(alone('a'), new KeyBench({ chosenClientId: false, chosenSecret: false }));
    const assigned = (await bench.lying('a'))?.clientId;
    expect(assigned).not.toBe('one');
    const other = alone('a', { auth: { private_key_jwt: { alg: 'EdDSA' } } });
    await bench.carryOut(await bench.plan(other), writes);
    expect((await bench.lying('a'))?.clientId).toBe(assigned);
    await bench.settle(other);
    expect((await bench.lying('a'))?.clientId).toBe(assigned);
  });
});
