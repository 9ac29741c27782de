import { fieldChanges } from '../../support/bench/field-words.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/model/plan.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';

function leavesOf(plan: Plan, head: string): string[] {
  return plan.changes.flatMap((change) =>
    fieldChanges(change)
      .filter(({ path }) => path[0] === head)
      .map(({ path, after, widens }) => `${path.join(' ')}: ${JSON.stringify(after)}${widens ? ' widens' : ''}`),
  );
}

async function failed(bench: Workbench, manifests: string): Promise<string[]> {
  const proofs = await bench.prove(manifests);
  return proofs.flatMap(({ address, checks }) =>
    checks
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ claim, detail }) => `${address} ${claim}: ${detail ?? ''}`),
  );
}

describe('what is declared is proven', () => {
  let bench: Workbench;

  beforeAll(async () => {
    bench = await Workbench.open({ rotate: '{overlap: 0s}' });
  });

  afterAll(() => bench.close());

  async function realmRole(name: string): Promise<{ id: string; name: string }> {
    return { id: (await bench.realm.admin.roles.findOneByName({ name }))?.id ?? '', name };
  }

  it('composite roles: their parts are shown, widen, and are expected; what they hold later is shown too', async () => {
    const { admin } = bench.realm;
    for (const name of ['auditor', 'reader', 'late']) await admin.roles.create({ name });
    const ledger = await admin.clients.create({ clientId: 'ledger' });
    await admin.clients.createRole({ id: ledger.id, name: 'books' });
    const books = { id: (await admin.clients.findRole({ id: ledger.id, roleName: 'books' }))?.id ?? '', name: 'books' };
    const [auditor, reader, late] = [await realmRole('auditor'), await realmRole('reader'), await realmRole('late')];
    await admin.roles.createComposite({ roleId: auditor.id }, [reader]);
    await admin.roles.createComposite({ roleId: reader.id }, [books]);
    const manifests = clientYaml(
      'audit',
      'keycloak: {serviceAccountRoles: {realm: [auditor], clients: {realm-management: [view-users]}}}',
    );
    const { plan, results } = await bench.apply(manifests);
    expect(leavesOf(plan, 'roleParts')).toEqual([
      'roleParts clients ledger: ["books"] widens',
      'roleParts clients realm-management: ["query-groups","query-users"] widens',
      'roleParts realm: ["reader"] widens',
    ]);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done']);
    expect(await failed(bench, manifests)).toEqual([]);
    expect((await bench.plan(manifests)).changes).toEqual([]);

    await admin.roles.createComposite({ roleId: reader.id }, [late]);
    const grown = await bench.apply(manifests);
    expect(leavesOf(grown.plan, 'roleParts')).toEqual(['roleParts realm: ["late","reader"] widens']);
    expect((await bench.plan(manifests)).changes).toEqual([]);
    expect(await failed(bench, manifests)).toEqual([]);

    // A partial import that overwrites takes the service account with all that it holds.
    const [{ id = '' } = {}] = await admin.clients.find({ clientId: 'audit' });
    await admin.users.del({ id: (await admin.clients.getServiceAccountUser({ id })).id ?? '' });
    expect(await failed(bench, manifests)).toHaveLength(2);
    const restored = await bench.apply(manifests);
    expect(restored.results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done']);
    expect((await bench.plan(manifests)).changes).toEqual([]);
    expect(await failed(bench, manifests)).toEqual([]);

    // Without an account nobody knows what they hold: that is neither passed nor failed.
    const { checks } = (await bench.prove(manifests, { withoutAccount: true }))[0] ?? { checks: [] };
    expect(checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(checks.filter(({ outcome }) => outcome === 'not-testable').map(({ detail }) => detail)).toEqual([
      'this command was given no account at Keycloak',
      'it has ledger too, and what its declared roles hold was not looked at',
      expect.stringContaining('what its declared roles hold was not looked at'),
      'this target has no scope that the client was not granted',
    ]);
  });

  it('a role of the client itself', async () => {
    await bench.apply(clientYaml('worker', ''));
    const [{ id = '' } = {}] = await bench.realm.admin.clients.find({ clientId: 'worker' });
    await bench.realm.admin.clients.createRole({ id, name: 'work' });
    const manifests = clientYaml('worker', 'keycloak: {serviceAccountRoles: {clients: {worker: [work]}}}');
    const { results } = await bench.apply(manifests);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done']);
    expect(await failed(bench, manifests)).toEqual([]);
  });

  it('an Api of another stack has the audiences that its scopes have at the server', async () => {
    const stock = ['stock:read', 'stock:write'] as const;
    const owners = bench.as({ stack: 'owners' });
    await owners.apply(yaml(apiYaml('stock', stock, ', introspectedBy: stock-api'), clientYaml('stock-api', '')));
    const manifests = yaml(
      apiYaml('stock', stock, ', managed: false'),
      clientYaml('caller', 'access: [{api: stock, scopes: [stock:read], onRequest: [stock:write]}]'),
    );
    await bench.apply(manifests);
    expect(await failed(bench, manifests)).toEqual([]);
    const proofs = await bench.prove(manifests);
    const claims = proofs.flatMap(({ address, checks }) => (address === 'Client/caller' ? checks : []));
    expect(claims.map(({ claim }) => claim)).toContain('a token is for exactly https://stock.test, stock-api');
  });

  it('a lifetime that the realm does not allow: plan says so with numbers, and the proof names the cause', async () => {
    const manifests = yaml(
      apiYaml('reports', ['reports:read'], ', tokenLifetime: 12h'),
      clientYaml('batch', 'access: [{api: reports, scopes: [reports:read]}]'),
    );
    const { provider, desired } = await bench.ports(manifests);
    expect((await provider.read(desired)).notices).toEqual([
      'Api/reports asks for tokens of 12h, which cannot be had: the realm ends every token after 10h (SSO Session Max). ' +
        'Raise SSO Session Max in the settings of the realm, or lower spec.tokenLifetime.',
    ]);
    await bench.apply(manifests);
    expect(await failed(bench, manifests)).toEqual([
      'Client/batch a token lives 43200 s: it lives 36000 s: the server ends every token after 36000 s (SSO Session Max)',
    ]);
    const { admin, name } = bench.realm;
    await admin.realms.update({ realm: name }, { clientSessionMaxLifespan: 7200 });
    expect(await failed(bench, manifests)).toEqual([
      'Client/batch a token lives 43200 s: it lives 7200 s: the server ends every token after 7200 s (Client Session Max)',
    ]);
    await admin.realms.update({ realm: name }, { clientSessionMaxLifespan: 0, ssoSessionMaxLifespan: 50_000 });
    expect(await failed(bench, manifests)).toEqual([]);
  });
});
