import { expect, it } from 'vitest';
import { parseAdoption } from '../../../src/engine/plan/adoption.ts';
import { apiYaml, clientYaml, yaml } from '../../support/bench/workbench.ts';
import { BARE, BASE, BILLS, STOCK, orders } from './provider-manifests.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import type { ProviderSubject } from './provider-subject.ts';

/** Apis, clients, and what clients may call. */
export function testObjects(subject: () => ProviderSubject, capabilities: Capabilities): void {
  it('creates Apis and clients whose tokens are exactly what was granted, and then has nothing to do', async () => {
    const manifests = yaml(
      BASE,
      clientYaml(
        'ledger',
        'access: [{api: stock, scopes: [stock:read, stock:write]}, {api: bills, scopes: [bills:read]}]',
      ),
      clientYaml('idle', ''),
    );
    await subject().setUp(manifests);
    expect(await subject().unproven(manifests)).toEqual([]);
    expect(await subject().changesOf(manifests)).toEqual([]);
    expect(await subject().changesOf(manifests, true)).toEqual([]);
  });

  it('has nothing to do after what leaves every optional field out, or empty', async () => {
    await subject().setUp(BARE);
    expect(await subject().changesOf(BARE)).toEqual([]);
    expect(await subject().changesOf(BARE, true)).toEqual([]);
    const more = yaml(BARE.replace('{name: bare}', '{name: bare, owner: team-bare, labels: {tier: gold}}'));
    await subject().setUp(more);
    expect(await subject().changesOf(more)).toEqual([]);
    await subject().setUp(BARE);
    expect(await subject().changesOf(BARE)).toEqual([]);
    expect(await subject().unproven(BARE)).toEqual([]);
  });

  it('takes access away and gives it, and tokens follow', async () => {
    await subject().setUp(BASE);
    for (const access of [
      'access: [{api: stock, scopes: [stock:read, stock:write]}]',
      'access: [{api: bills, scopes: [bills:read]}]',
      '',
    ]) {
      const manifests = yaml(STOCK, BILLS, orders(access));
      expect(await subject().changesOf(manifests)).toEqual(['update Client/orders']);
      await subject().setUp(manifests);
      expect(await subject().unproven(manifests)).toEqual([]);
      expect(await subject().changesOf(manifests)).toEqual([]);
    }
  });

  it('adds and removes scopes of an Api, after those who used them let go', async () => {
    await subject().setUp(BASE);
    const more = yaml(apiYaml('stock', ['stock:read', 'stock:move']), BILLS, orders());
    await subject().setUp(more);
    expect(await subject().unproven(more)).toEqual([]);
    const other = yaml(apiYaml('stock', ['stock:move']), BILLS, orders('access: [{api: stock, scopes: [stock:move]}]'));
    await subject().setUp(other);
    expect(await subject().unproven(other)).toEqual([]);
    expect(await subject().changesOf(other)).toEqual([]);
  });

  it('sees and repairs what was changed by hand', async () => {
    await subject().setUp(BASE);
    await subject().admin.loosen(await subject().clientIdOf('orders'));
    expect(await subject().changesOf(BASE)).toEqual(['update Client/orders']);
    await subject().setUp(BASE);
    expect(await subject().changesOf(BASE)).toEqual([]);
    expect(await subject().unproven(BASE)).toEqual([]);
  });

  it('deletes what no manifest declares, its own only', async () => {
    await subject().setUp(BASE);
    const stranger = await subject().admin.create('stranger');
    const overlap = capabilities.secretOverlap ? ['delete Rotation/48h'] : [];
    expect(await subject().changesOf(STOCK)).toEqual(['delete Api/bills', 'delete Client/orders', ...overlap]);
    await subject().setUp(STOCK);
    expect(await subject().changesOf(STOCK)).toEqual([]);
    expect(await subject().admin.clientIds()).toEqual([stranger]);
  });

  it('makes a client again that was deleted by hand', async () => {
    await subject().setUp(BASE);
    await subject().admin.remove(await subject().clientIdOf('orders'));
    expect(await subject().changesOf(BASE)).toEqual(['create Client/orders']);
    await subject().setUp(BASE);
    expect(await subject().unproven(BASE)).toEqual([]);
  });

  it('takes an unmarked client for a conflict, and adopts it with its secret on request', async () => {
    const id = await subject().admin.create('orders');
    const secret = await subject().admin.secretOf(id);
    const { conflicts } = await subject().plan(BASE);
    expect(conflicts.map(({ address }) => address)).toEqual(['Client/orders']);
    await subject().setUp(BASE, { adoption: parseAdoption(['Client/*']) });
    expect(await subject().clientIdOf('orders')).toBe(id);
    expect(await subject().admin.secretOf(id)).toBe(secret);
    expect(await subject().unproven(BASE)).toEqual([]);
    expect(await subject().changesOf(BASE)).toEqual([]);
  });

  it('refuses to delete a scope that somebody else holds', async () => {
    await subject().setUp(BASE);
    const stranger = await subject().admin.create('stranger');
    await subject().admin.grant(stranger, 'https://stock.test', 'stock:write');
    const { conflicts } = await subject().plan(yaml(apiYaml('stock', ['stock:read']), BILLS, orders()));
    expect(conflicts).toMatchObject([{ address: 'Api/stock', reason: expect.stringContaining(stranger) }]);
  });

  it('grants an Api that another stack manages, and changes nothing of it', async () => {
    const unmanaged = yaml(apiYaml('stock', ['stock:read'], ', managed: false'), BILLS, orders());
    expect((await subject().plan(unmanaged)).conflicts).toMatchObject([{ address: 'Api/stock' }]);
  });

  it('makes no second client when the answer to a creation is lost', async () => {
    subject().admin.loseNextCreation();
    await subject().apply(BASE);
    await subject().setUp(BASE);
    expect(await subject().admin.clientIds()).toEqual([await subject().clientIdOf('orders')]);
    expect(await subject().unproven(BASE)).toEqual([]);
    expect(await subject().changesOf(BASE)).toEqual([]);
  });
}
