import { expect, it } from 'vitest';
import { yaml } from '../../support/bench/workbench.ts';
import { BASE, BILLS, STOCK, orders } from './provider-manifests.ts';
import type { Capabilities, Provider } from '../../../src/providers/provider.ts';
import type { ProviderSubject } from './provider-subject.ts';

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

/** What one can do and another cannot: each capability shows, or what it denies is refused. */
export function testCapabilities(subject: () => ProviderSubject, capabilities: Capabilities): void {
  const withRequest = yaml(
    STOCK,
    BILLS,
    orders('access: [{api: stock, scopes: [stock:read], onRequest: [stock:write]}]'),
  );

  it('declares what it can do', async () => {
    const { provider } = await subject().open(BASE);
    expect((await provider.server()).capabilities).toEqual(capabilities);
    // What the engine goes by before it asks the server differs in nothing that it goes by.
    const { authMethodEnforced, federation, senderConstraint, typedTokens } = capabilities;
    const gone = { authMethodEnforced, federation, senderConstraint, typedTokens };
    expect({ ...provider.capabilities, ...gone }).toEqual(capabilities);
  });

  it(`gives a client ${capabilities.chosenClientId ? 'the client_id of its manifest' : 'a client_id of its own choice'}`, async () => {
    const manifests = yaml(STOCK, orders('clientId: the-orders, access: [{api: stock, scopes: [stock:read]}]'));
    await subject().setUp(manifests);
    expect((await subject().clientIdOf('orders')) === 'the-orders').toBe(capabilities.chosenClientId);
    expect(await subject().changesOf(manifests)).toEqual([]);
  });

  it(`takes an Api that no ledger names for ${capabilities.apiMarks ? 'the stack’s, by its mark' : 'somebody else’s'}`, async () => {
    await subject().setUp(STOCK);
    const { provider, desired } = await subject().open(STOCK);
    const [api] = (await provider.read(desired)).objects;
    expect(api?.address).toBe('Api/stock');
    expect(api?.foreign).toHaveLength(capabilities.apiMarks ? 0 : 1);
    expect(await subject().changesOf(STOCK)).toEqual([]);
  });

  it(`${capabilities.authMethodEnforced ? 'refuses' : 'takes'} a secret that comes in another way than the manifest says`, async () => {
    await subject().setUp(BASE);
    const [id, secret] = [await subject().clientIdOf('orders'), await subject().secretInStore('orders')];
    expect(await subject().admin.accepts(id, secret, 'client_secret_basic')).toBe(true);
    expect(await subject().admin.accepts(id, secret, 'client_secret_post')).toBe(!capabilities.authMethodEnforced);
  });

  it(`has ${capabilities.introspection ? 'an' : 'no'} introspection endpoint`, async () => {
    const { introspection } = await (await subject().open(BASE)).provider.endpoints();
    expect(introspection !== undefined).toBe(capabilities.introspection);
  });

  it(`makes ${capabilities.secretOverlap ? 'a secret' : 'no secret, and no overlap,'} of its own for a client that has one`, async () => {
    await subject().setUp(BASE);
    const { provider } = await subject().open(BASE);
    const { id } = (await provider.findClient({ clientId: await subject().clientIdOf('orders') })) ?? { id: '' };
    const { desired } = await subject().open(yaml(STOCK, orders('credential: {rotate: {overlap: 1h}}')));
    const after = provider.project(desired).find(({ address }) => address === 'Rotation/1h')?.fields ?? {};
    const overlap = { op: 'create', address: 'Rotation/1h' } as const;
    const setUp = { ...overlap, after, owner: '', reason: '', notes: {}, dependsOn: [] };
    const outcomes = [outcomeOf(regenerated(provider, id)), outcomeOf(provider.changeOverlap(setUp))];
    const expected = capabilities.secretOverlap ? 'done' : 'refused';
    expect(await Promise.all(outcomes)).toEqual([expected, expected]);
  });

  it(`${capabilities.onRequestScopes ? 'keeps' : 'refuses to keep'} a scope for tokens that ask for it`, async () => {
    const refused = [expect.stringContaining('every granted scope into every token')];
    const errors = subject().errors(withRequest);
    expect(errors).toEqual(capabilities.onRequestScopes ? [] : refused);
    const kept =
      errors.length > 0
        ? 'nothing'
        : await subject()
            .setUp(withRequest)
            .then(() => 'it');
    expect(kept === 'it' ? await subject().unproven(withRequest) : []).toEqual([]);
  });
}
