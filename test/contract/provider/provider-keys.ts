import { expect, it } from 'vitest';
import { yaml } from '../../support/bench/workbench.ts';
import { BASE, BILLS, STOCK, orders } from './provider-manifests.ts';
import type { RotationRequest } from '../../../src/engine/rotation/select-rotations.ts';
import { KEY_ALGS } from '../../../src/model/secrets/key-alg.ts';
import type { KeyAlg } from '../../../src/model/secrets/key-alg.ts';
import type { Credential } from '../../../src/model/secrets/credential.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import type { ProviderSubject } from './provider-subject.ts';

const withKey = (alg: KeyAlg): string =>
  yaml(STOCK, BILLS, orders(`auth: {private_key_jwt: {alg: ${alg}}}, access: [{api: stock, scopes: [stock:read]}]`));
const KEYED = withKey('RS256');

const rotation = (more: { readonly force?: boolean; readonly revoke?: boolean } = {}): RotationRequest => ({
  kind: 'named',
  names: ['orders'],
  force: false,
  revoke: false,
  ...more,
});

/** Clients that authenticate by keys of their own. */
export function testKeys(subject: () => ProviderSubject, { keyAlgs }: Capabilities): void {
  const present = async (): Promise<Credential | undefined> => (await subject().heldAt('orders'))?.present;
  const accepts = (credential: Credential | undefined): Promise<boolean> =>
    subject().accepts(KEYED, 'orders', credential);

  it(`takes keys for ${keyAlgs.join(', ') || 'nothing'}, and refuses others before it is asked`, () => {
    const refused = KEY_ALGS.filter((alg) => subject().errors(withKey(alg)).length > 0);
    expect(refused).toEqual(KEY_ALGS.filter((alg) => !keyAlgs.includes(alg)));
  });

  it.each(keyAlgs)('has a client log in with a key for %s, and a second run has nothing to do', async (alg) => {
    await subject().setUp(withKey(alg));
    expect(await present()).toMatchObject({ kind: 'private-key-jwt', alg });
    expect(await subject().unproven(withKey(alg))).toEqual([]);
    expect(await subject().changesOf(withKey(alg), true)).toEqual([]);
  });

  it('rotates a key, and takes both until the next rotation', async () => {
    await subject().setUp(KEYED);
    const first = await present();
    const [result] = await subject().rotate(KEYED, rotation());
    expect([result?.outcome, result?.gap]).toEqual(['done', undefined]);
    const second = await present();
    expect([await accepts(first), await accepts(second)]).toEqual([true, true]);
    expect(await subject().changesOf(KEYED, true)).toEqual([]);
    await subject().rotate(KEYED, rotation({ force: true }));
    const accepted = [await accepts(first), await accepts(second), await accepts(await present())];
    expect(accepted).toEqual([false, true, true]);
    expect(await subject().changesOf(KEYED, true)).toEqual([]);
  });

  it('revokes a key: the ones before are refused at once, and that is shown', async () => {
    await subject().setUp(KEYED);
    const first = await present();
    await subject().rotate(KEYED, rotation());
    const second = await present();
    expect(await subject().rotate(KEYED, rotation({ revoke: true }))).toMatchObject([
      { op: 'revoke', checks: [{ outcome: 'passed' }, { claim: 'the previous key is refused', outcome: 'passed' }] },
    ]);
    const accepted = [await accepts(first), await accepts(second), await accepts(await present())];
    expect(accepted).toEqual([false, false, true]);
    expect(await subject().changesOf(KEYED, true)).toEqual([]);
  });

  it('registers a key once, however often it is told to, and says which is the newest', async () => {
    await subject().setUp(KEYED);
    const { provider } = await subject().open(KEYED);
    const { id } = (await provider.findClient({ clientId: await subject().clientIdOf('orders') })) ?? { id: '' };
    const held = await present();
    const keyId = held?.kind === 'private-key-jwt' ? held.keyId : '';
    const registered = await provider.keys?.read(id);
    expect(registered).toMatchObject({ present: { keyId }, previousUntil: undefined });
    expect(await provider.keys?.keepNewest(id)).toEqual(registered);
    expect(await accepts(held)).toBe(true);
  });

  it('changes a client over to a key and back, and nothing of before is accepted any more', async () => {
    await subject().setUp(BASE);
    const secret = await present();
    await subject().setUp(KEYED);
    const key = await present();
    expect([await accepts(key), await subject().accepts(BASE, 'orders', secret)]).toEqual([true, false]);
    expect(await subject().changesOf(KEYED, true)).toEqual([]);
    await subject().setUp(BASE);
    const another = await present();
    expect([another?.kind, await subject().accepts(BASE, 'orders', another)]).toEqual(['client-secret', true]);
    expect([await accepts(key), await subject().accepts(BASE, 'orders', secret)]).toEqual([false, false]);
    expect(await subject().unproven(BASE)).toEqual([]);
    expect(await subject().changesOf(BASE, true)).toEqual([]);
  });
}
