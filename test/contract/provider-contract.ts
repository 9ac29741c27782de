/** What every provider must do, whatever it is; what one cannot do is refused, and that is tested instead. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RotationRequest } from '../../src/engine/rotation/select-rotations.ts';
import type { GrantryError } from '../../src/model/errors.ts';
import type { Capabilities, Provider } from '../../src/providers/provider.ts';
import { fieldChanges } from '../../src/engine/plan/field-changes.ts';
import { parseAdoption } from '../../src/engine/plan/adoption.ts';
import { apiYaml, clientYaml, yaml } from '../support/workbench.ts';
import { ProviderSubject } from './provider-subject.ts';
import type { ProviderPlace } from './provider-subject.ts';
import { nextSecretIn, secretIn } from '../support/stored-secrets.ts';

const STOCK = apiYaml('stock', ['stock:read', 'stock:write']);
const BILLS = apiYaml('bills', ['bills:read']);
const orders = (access = 'access: [{api: stock, scopes: [stock:read]}]'): string => clientYaml('orders', access);
const BASE = yaml(STOCK, BILLS, orders());

/** Whatever is optional is not there, or says nothing. */
const BARE = `
apiVersion: grantry/v1
kind: Client
metadata: {name: bare}
---
apiVersion: grantry/v1
kind: Api
metadata: {name: plain}
spec: {audience: "https://plain.test", scopes: {"plain:read": ""}}
---
apiVersion: grantry/v1
kind: Client
metadata: {name: empty, labels: {}}
spec:
  access: []
  credential: {rotate: {}}
  keycloak: {serviceAccountRoles: {realm: [], clients: {}}, attributes: {}}
  auth0: {metadata: {}}
---
apiVersion: grantry/v1
kind: Client
metadata: {name: listless, labels: {tier: ""}}
spec:
  access: [{api: plain, scopes: ["plain:read"], onRequest: []}]
  keycloak: {serviceAccountRoles: {realm: [], clients: {realm-management: []}}, attributes: {x.y: ""}}
  overrides: {}
`;

const named = (more: { force?: true; revoke?: true } = {}): RotationRequest => ({
  kind: 'named',
  names: ['orders'],
  force: false,
  revoke: false,
  ...more,
});

/** A secret of the server's making. */
async function regenerated({ secrets }: Provider, id: string): Promise<unknown> {
  if (secrets === undefined) throw new TypeError('there are no secrets');
  return secrets.regenerate(id);
}

/** `refused`: the engine must not ask for it, so that it is no failure of a run but a defect. */
async function outcomeOf(call: Promise<unknown>): Promise<'done' | 'refused'> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof TypeError) return 'refused';
    throw error;
  }
}

export function describeProvider(title: string, capabilities: Capabilities, open: () => Promise<ProviderPlace>): void {
  describe(`the contract of providers: ${title}`, () => {
    let subject: ProviderSubject;
    beforeEach(async () => {
      subject = new ProviderSubject(await open());
    });
    afterEach(() => subject.close());

    const changesOf = async (manifests: string, checkStore = false): Promise<string[]> =>
      (await subject.plan(manifests, { checkStore })).changes.map(({ op, address }) => `${op} ${address}`);

    const secretInStore = async (): Promise<string> => secretIn(await subject.store.read('orders')) ?? '';

    it('declares what it can do', async () => {
      expect((await subject.open(BASE)).provider.capabilities).toEqual(capabilities);
    });

    it(`gives a client ${capabilities.chosenClientId ? 'the client_id of its manifest' : 'a client_id of its own choice'}`, async () => {
      const manifests = yaml(STOCK, orders('clientId: the-orders, access: [{api: stock, scopes: [stock:read]}]'));
      await subject.makeIt(manifests);
      expect((await subject.clientIdOf('orders')) === 'the-orders').toBe(capabilities.chosenClientId);
      expect(await changesOf(manifests)).toEqual([]);
    });

    it(`takes an Api that no ledger names for ${capabilities.apiMarks ? 'the stack’s, by its mark' : 'somebody else’s'}`, async () => {
      await subject.makeIt(STOCK);
      const { provider, desired } = await subject.open(STOCK);
      const [api] = (await provider.read(desired)).objects;
      expect(api?.address).toBe('Api/stock');
      expect(api?.foreign).toHaveLength(capabilities.apiMarks ? 0 : 1);
      expect(await changesOf(STOCK)).toEqual([]);
    });

    it(`${capabilities.authMethodEnforced ? 'refuses' : 'takes'} a secret that comes in another way than the manifest says`, async () => {
      await subject.makeIt(BASE);
      const [id, secret] = [await subject.clientIdOf('orders'), await secretInStore()];
      expect(await subject.hands.accepts(id, secret, 'client_secret_basic')).toBe(true);
      expect(await subject.hands.accepts(id, secret, 'client_secret_post')).toBe(!capabilities.authMethodEnforced);
    });

    it(`has ${capabilities.introspection ? 'an' : 'no'} introspection endpoint`, async () => {
      const { introspection } = await (await subject.open(BASE)).provider.endpoints();
      expect(introspection !== undefined).toBe(capabilities.introspection);
    });

    it(`makes ${capabilities.secretOverlap ? 'a secret' : 'no secret, and no overlap,'} of its own for a client that has one`, async () => {
      await subject.makeIt(BASE);
      const { provider } = await subject.open(BASE);
      const { id } = (await provider.findClient({ clientId: await subject.clientIdOf('orders') })) ?? { id: '' };
      const { desired } = await subject.open(yaml(STOCK, orders('credential: {rotate: {overlap: 1h}}')));
      const after = provider.project(desired).find(({ address }) => address === 'Rotation/1h')?.fields ?? {};
      const overlap = { op: 'create', address: 'Rotation/1h' } as const;
      const setUp = { ...overlap, after, owner: '', reason: '', notes: {}, dependsOn: [] };
      const outcomes = [outcomeOf(regenerated(provider, id)), outcomeOf(provider.changeOverlap(setUp))];
      const expected = capabilities.secretOverlap ? 'done' : 'refused';
      expect(await Promise.all(outcomes)).toEqual([expected, expected]);
    });

    it('creates Apis and clients whose tokens are exactly what was granted, and then has nothing to do', async () => {
      const manifests = yaml(
        BASE,
        clientYaml(
          'ledger',
          'access: [{api: stock, scopes: [stock:read, stock:write]}, {api: bills, scopes: [bills:read]}]',
        ),
        clientYaml('idle', ''),
      );
      await subject.makeIt(manifests);
      expect(await subject.unproven(manifests)).toEqual([]);
      expect(await changesOf(manifests)).toEqual([]);
      expect(await changesOf(manifests, true)).toEqual([]);
    });

    it('has nothing to do after what leaves every optional field out, or empty', async () => {
      await subject.makeIt(BARE);
      expect(await changesOf(BARE)).toEqual([]);
      expect(await changesOf(BARE, true)).toEqual([]);
      const more = yaml(BARE.replace('{name: bare}', '{name: bare, owner: team-bare, labels: {tier: gold}}'));
      await subject.makeIt(more);
      expect(await changesOf(more)).toEqual([]);
      await subject.makeIt(BARE);
      expect(await changesOf(BARE)).toEqual([]);
      expect(await subject.unproven(BARE)).toEqual([]);
    });

    it('takes access away and gives it, and tokens follow', async () => {
      await subject.makeIt(BASE);
      for (const access of [
        'access: [{api: stock, scopes: [stock:read, stock:write]}]',
        'access: [{api: bills, scopes: [bills:read]}]',
        '',
      ]) {
        const manifests = yaml(STOCK, BILLS, orders(access));
        expect(await changesOf(manifests)).toEqual(['update Client/orders']);
        await subject.makeIt(manifests);
        expect(await subject.unproven(manifests)).toEqual([]);
        expect(await changesOf(manifests)).toEqual([]);
      }
    });

    it('adds and removes scopes of an Api, after those who used them let go', async () => {
      await subject.makeIt(BASE);
      const more = yaml(apiYaml('stock', ['stock:read', 'stock:move']), BILLS, orders());
      await subject.makeIt(more);
      expect(await subject.unproven(more)).toEqual([]);
      const other = yaml(
        apiYaml('stock', ['stock:move']),
        BILLS,
        orders('access: [{api: stock, scopes: [stock:move]}]'),
      );
      await subject.makeIt(other);
      expect(await subject.unproven(other)).toEqual([]);
      expect(await changesOf(other)).toEqual([]);
    });

    it('sees that the manifest has the secret rotated at another interval', async () => {
      await subject.makeIt(BASE);
      const seldom = yaml(
        STOCK,
        BILLS,
        orders('credential: {rotate: {every: 300d, overlap: 48h}}, access: [{api: stock, scopes: [stock:read]}]'),
      );
      const { changes } = await subject.plan(seldom);
      expect(changes.flatMap(fieldChanges)).toEqual([
        { path: ['rotateEvery'], before: 7_776_000, after: 25_920_000, widens: true },
      ]);
      await subject.makeIt(seldom);
      expect(await changesOf(seldom)).toEqual([]);
    });

    it('sees and repairs what was changed by hand', async () => {
      await subject.makeIt(BASE);
      await subject.hands.loosen(await subject.clientIdOf('orders'));
      expect(await changesOf(BASE)).toEqual(['update Client/orders']);
      await subject.makeIt(BASE);
      expect(await changesOf(BASE)).toEqual([]);
      expect(await subject.unproven(BASE)).toEqual([]);
    });

    it('deletes what no manifest declares, its own only', async () => {
      await subject.makeIt(BASE);
      const stranger = await subject.hands.create('stranger');
      const overlap = capabilities.secretOverlap ? ['delete Rotation/48h'] : [];
      expect(await changesOf(STOCK)).toEqual(['delete Api/bills', 'delete Client/orders', ...overlap]);
      await subject.makeIt(STOCK);
      expect(await changesOf(STOCK)).toEqual([]);
      expect(await subject.hands.clientIds()).toEqual([stranger]);
    });

    it('makes a client again that was deleted by hand', async () => {
      await subject.makeIt(BASE);
      await subject.hands.remove(await subject.clientIdOf('orders'));
      expect(await changesOf(BASE)).toEqual(['create Client/orders']);
      await subject.makeIt(BASE);
      expect(await subject.unproven(BASE)).toEqual([]);
    });

    it('takes an unmarked client for a conflict, and adopts it with its secret when told to', async () => {
      const id = await subject.hands.create('orders');
      const secret = await subject.hands.secretOf(id);
      const { conflicts } = await subject.plan(BASE);
      expect(conflicts.map(({ address }) => address)).toEqual(['Client/orders']);
      await subject.makeIt(BASE, { adoption: parseAdoption(['Client/*']) });
      expect(await subject.clientIdOf('orders')).toBe(id);
      expect(await subject.hands.secretOf(id)).toBe(secret);
      expect(await subject.unproven(BASE)).toEqual([]);
      expect(await changesOf(BASE)).toEqual([]);
    });

    it('delivers again what the store has lost', async () => {
      await subject.makeIt(BASE);
      await subject.store.purge('orders');
      expect(await changesOf(BASE)).toEqual(['deliver Client/orders']);
      await subject.makeIt(BASE);
      expect(await subject.unproven(BASE)).toEqual([]);
    });

    it(`${capabilities.secretChangeVisible ? 'sees' : 'sees only by comparing'} a secret that was made by hand`, async () => {
      await subject.makeIt(BASE);
      await subject.hands.regenerate(await subject.clientIdOf('orders'));
      expect(await changesOf(BASE)).toEqual(capabilities.secretChangeVisible ? ['deliver Client/orders'] : []);
      expect(await changesOf(BASE, true)).toEqual(['deliver Client/orders']);
      // Where the server keeps the previous secret, nobody is cut off even by that.
      expect(await subject.unproven(BASE)).toHaveLength(capabilities.secretOverlap ? 0 : 1);
      await subject.makeIt(BASE, { checkStore: true });
      expect(await subject.unproven(BASE)).toEqual([]);
      expect(await changesOf(BASE, true)).toEqual([]);
    });

    it('refuses to delete a scope that somebody else holds', async () => {
      await subject.makeIt(BASE);
      const stranger = await subject.hands.create('stranger');
      await subject.hands.grant(stranger, 'https://stock.test', 'stock:write');
      const { conflicts } = await subject.plan(yaml(apiYaml('stock', ['stock:read']), BILLS, orders()));
      expect(conflicts).toMatchObject([{ address: 'Api/stock', reason: expect.stringContaining(stranger) }]);
    });

    const withRequest = yaml(
      STOCK,
      BILLS,
      orders('access: [{api: stock, scopes: [stock:read], onRequest: [stock:write]}]'),
    );

    it(`${capabilities.onRequestScopes ? 'keeps' : 'refuses to keep'} a scope for tokens that ask for it`, async () => {
      const refused = [expect.stringContaining('every granted scope into every token')];
      const errors = subject.errors(withRequest);
      expect(errors).toEqual(capabilities.onRequestScopes ? [] : refused);
      const kept = errors.length > 0 ? 'nothing' : await subject.makeIt(withRequest).then(() => 'it');
      expect(kept === 'it' ? await subject.unproven(withRequest) : []).toEqual([]);
    });

    it('grants an Api that another stack manages, and changes nothing of it', async () => {
      const unmanaged = yaml(apiYaml('stock', ['stock:read'], ', managed: false'), BILLS, orders());
      expect((await subject.plan(unmanaged)).conflicts).toMatchObject([{ address: 'Api/stock' }]);
    });

    it(`rotates a secret, and ${capabilities.secretOverlap ? 'keeps the one before valid' : 'tells of the gap'}`, async () => {
      await subject.makeIt(BASE);
      const [id, before] = [await subject.clientIdOf('orders'), await secretInStore()];
      const [result] = await subject.rotate(BASE, named());
      expect(result).toMatchObject({ outcome: 'done', checks: [{ outcome: 'passed' }] });
      expect(typeof result?.gap?.ms).toBe(capabilities.secretOverlap ? 'undefined' : 'number');
      const after = await secretInStore();
      expect([after === before, await subject.hands.secretOf(id)]).toEqual([false, after]);
      expect(await subject.hands.accepts(id, after)).toBe(true);
      expect(await subject.hands.accepts(id, before)).toBe(capabilities.secretOverlap);
      const stored = await subject.store.read('orders');
      const { facts = {} } = stored?.document ?? {};
      expect(nextSecretIn(stored)).toBeUndefined();
      expect(facts).toMatchObject({ previous_version: '1', rotated_at: expect.stringMatching(/^2\d{3}-/) });
      expect('overlap_until' in facts).toBe(capabilities.secretOverlap);
      expect(await changesOf(BASE, true)).toEqual([]);
      expect(await subject.unproven(BASE)).toEqual([]);
    });

    it(`${capabilities.secretOverlap ? 'refuses to end an overlap by another rotation' : 'rotates as often as it is asked to'}, unless forced`, async () => {
      await subject.makeIt(BASE);
      await subject.rotate(BASE, named());
      const before = await secretInStore();
      const again = await subject.rotate(BASE, named()).then(
        (results) => results.map(({ outcome }) => outcome).join(),
        (error: GrantryError) => error.code,
      );
      expect(again).toBe(capabilities.secretOverlap ? 'ROTATION_IN_OVERLAP' : 'done');
      expect((await secretInStore()) === before).toBe(capabilities.secretOverlap);
      expect(await subject.rotate(BASE, named({ force: true }))).toMatchObject([{ outcome: 'done' }]);
      expect(await changesOf(BASE, true)).toEqual([]);
    });

    it('revokes a secret: the one before is refused at once, and that is shown', async () => {
      await subject.makeIt(BASE);
      await subject.rotate(BASE, named());
      const [id, before] = [await subject.clientIdOf('orders'), await secretInStore()];
      expect(await subject.rotate(BASE, named({ revoke: true }))).toMatchObject([
        {
          op: 'revoke',
          outcome: 'done',
          checks: [{ outcome: 'passed' }, { claim: 'the previous secret is refused', outcome: 'passed' }],
        },
      ]);
      expect([await subject.hands.accepts(id, before), await subject.hands.accepts(id, await secretInStore())]).toEqual(
        [false, true],
      );
      expect(await changesOf(BASE, true)).toEqual([]);
    });

    it('rotates once when the answer to the change is lost', async () => {
      await subject.makeIt(BASE);
      const before = await secretInStore();
      subject.hands.loseNextRotation();
      await subject.rotate(BASE, named());
      const after = await secretInStore();
      expect(after === before).toBe(false);
      expect(await subject.hands.secretOf(await subject.clientIdOf('orders'))).toBe(after);
      expect(await changesOf(BASE, true)).toEqual([]);
    });

    it('has nothing that is due at first, and ages that it tells', async () => {
      await subject.makeIt(BASE);
      expect(await subject.rotate(BASE, { kind: 'due', stagger: true, max: undefined })).toEqual([]);
      const [status] = await subject.status(BASE);
      expect(status).toMatchObject({ address: 'Client/orders', overdue: false, remarks: [], storeVersion: 1 });
      expect(status?.age).toBeLessThan(120);
    });

    it('makes no second client when the answer to a creation is lost', async () => {
      subject.hands.loseNextCreation();
      await subject.apply(BASE);
      await subject.makeIt(BASE);
      expect(await subject.hands.clientIds()).toEqual([await subject.clientIdOf('orders')]);
      expect(await subject.unproven(BASE)).toEqual([]);
      expect(await changesOf(BASE)).toEqual([]);
    });
  });
}
