import { expect, it } from 'vitest';
import { clientYaml, yaml } from '../../support/bench/workbench.ts';
import { BASE, BILLS, STOCK, orders } from './provider-manifests.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import type { ProviderSubject } from './provider-subject.ts';

const ACCESS = 'access: [{api: stock, scopes: [stock:read]}]';
const DISABLED = yaml(STOCK, BILLS, orders(`state: disabled, ${ACCESS}`));
const withKey = (state: string): string =>
  yaml(STOCK, BILLS, clientYaml('orders', `state: ${state}, auth: private_key_jwt, ${ACCESS}`));
const DUE = { kind: 'due', stagger: false, max: undefined } as const;

/** A client that is disabled is refused, and loses nothing by it. */
export function testStates(subject: () => ProviderSubject, capabilities: Capabilities): void {
  it('shuts a client out that is disabled, keeps its credential, and lets it in again with the same one', async () => {
    await subject().setUp(BASE);
    const held = (await subject().heldAt('orders'))?.present;
    expect(await subject().accepts(BASE, 'orders', held)).toBe(true);
    await subject().setUp(DISABLED);
    expect(await subject().changesOf(DISABLED)).toEqual([]);
    expect(await subject().accepts(DISABLED, 'orders', held)).toBe(false);
    expect((await subject().heldAt('orders'))?.present).toEqual(held);
    expect(await subject().unproven(DISABLED)).toEqual([]);
    await subject().setUp(BASE);
    expect(await subject().changesOf(BASE)).toEqual([]);
    expect(await subject().accepts(BASE, 'orders', held)).toBe(true);
    expect(await subject().unproven(BASE)).toEqual([]);
  });

  it('shows that a client is shut out as a danger, and that it is let in as widening', async () => {
    const { provider } = await subject().open(BASE);
    const switches = async (manifests: string): Promise<object[]> =>
      (await subject().plan(manifests)).changes.flatMap((change) => {
        if (change.op !== 'update') return [];
        const { before, after } = change;
        const difference = { path: ['enabled'], before: before['enabled'], after: after['enabled'] };
        return [{ off: provider.words.switchesOff(difference), widens: provider.words.widens(difference) }];
      });
    await subject().setUp(BASE);
    expect(await switches(DISABLED)).toEqual([{ off: true, widens: false }]);
    await subject().setUp(DISABLED);
    expect(await switches(BASE)).toEqual([{ off: false, widens: true }]);
    const named = { kind: 'named', names: ['orders'], force: true, revoke: false } as const;
    await expect(subject().rotate(BASE, named)).rejects.toThrow(
      'no credential of client orders is accepted: it is disabled',
    );
  });

  it('finds a client that is to be disabled and gets a token all the same', async () => {
    await subject().setUp(BASE);
    expect(await subject().unproven(DISABLED)).toEqual([
      expect.stringContaining('is refused: the client is disabled: a token was issued'),
    ]);
  });

  it('makes a client that is disabled from the beginning, with its document', async () => {
    await subject().setUp(DISABLED);
    expect(await subject().changesOf(DISABLED)).toEqual([]);
    expect(await subject().secretInStore('orders')).not.toBe('');
    expect(await subject().unproven(DISABLED)).toEqual([]);
    expect((await subject().status(DISABLED))[0]).toMatchObject({ state: 'disabled', remarks: [], dueAt: undefined });
    await subject().setUp(BASE);
    expect(await subject().unproven(BASE)).toEqual([]);
  });

  it('disables a client again that somebody let in by hand', async () => {
    await subject().setUp(DISABLED);
    const clientId = await subject().clientIdOf('orders');
    await subject().admin.letIn(clientId, 'https://stock.test', 'stock:read');
    expect(await subject().changesOf(DISABLED)).toEqual(['update Client/orders']);
    await subject().setUp(DISABLED);
    expect(await subject().changesOf(DISABLED)).toEqual([]);
    expect(await subject().unproven(DISABLED)).toEqual([]);
  });

  it('rotates a client that is disabled where its credential leaked, and else not', async () => {
    await subject().setUp(DISABLED);
    const leaked = (await subject().heldAt('orders'))?.present;
    await expect(
      subject().rotate(DISABLED, { kind: 'named', names: ['orders'], force: true, revoke: false }),
    ).rejects.toThrow('client orders is disabled');
    expect(await subject().rotate(DISABLED, DUE)).toEqual([]);
    const [revoked] = await subject().rotate(DISABLED, {
      kind: 'named',
      names: ['orders'],
      force: false,
      revoke: true,
    });
    expect(revoked?.outcome).toBe('done');
    expect(await subject().changesOf(DISABLED)).toEqual([]);
    await subject().setUp(BASE);
    const present = (await subject().heldAt('orders'))?.present;
    expect([await subject().accepts(BASE, 'orders', leaked), await subject().accepts(BASE, 'orders', present)]).toEqual(
      [false, true],
    );
  });

  if (capabilities.keyAlgs.length === 0) return;

  it('refuses a client with a key that is disabled in the same way', async () => {
    await subject().setUp(withKey('disabled'));
    expect(await subject().unproven(withKey('disabled'))).toEqual([]);
    await subject().setUp(withKey('enabled'));
    expect(await subject().unproven(withKey('enabled'))).toEqual([]);
  });
}
