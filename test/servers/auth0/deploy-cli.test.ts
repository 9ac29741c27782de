/** What grantry applied, as Auth0's own tool sees it: an independent client agrees with the emulator. */
import { expect, it } from 'vitest';
import { KeyBench, KEYED } from '../../auth0/key-bench.ts';
import { openAuth0Place } from '../../contract/provider/auth0-place.ts';
import { ProviderSubject } from '../../contract/provider/provider-subject.ts';
import { exportTenant } from '../../support/auth0/deploy-cli.ts';
import { EXAMPLE } from '../../support/process/example.ts';

it('the official client exports what was applied', { timeout: 400_000 }, async () => {
  const place = await openAuth0Place('onRequestScopes: grant, ');
  const subject = new ProviderSubject(place);
  try {
    await subject.setUp(EXAMPLE);
    const tenant = await exportTenant(place.emulator);
    const { apis, clients } = subject.desired(EXAMPLE);
    const ours = tenant.clients.filter(({ client_metadata: metadata }) => metadata?.['grantry_stack'] === 'acme');
    expect(ours.toSorted((left, right) => (left.name < right.name ? -1 : 1))).toMatchObject(
      clients.map(({ name, auth, owner, credential }) => ({
        name,
        app_type: 'non_interactive',
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: auth,
        // Behind the name stands how often the secret is rotated: Auth0 takes ten keys and no more.
        client_metadata: { grantry_name: `${name} ${credential.rotate.every}`, grantry_owner: owner },
      })),
    );
    const servers = new Map(tenant.resourceServers.map((server) => [server.identifier, server]));
    for (const { name, audience, scopes, tokenLifetime } of apis) {
      expect(servers.get(audience)).toMatchObject({
        name,
        scopes: scopes.map((scope) => ({ value: scope.name, description: scope.description })),
        ...(tokenLifetime === undefined ? {} : { token_lifetime: tokenLifetime }),
      });
    }
    const audienceOf = new Map(apis.map(({ name, audience }) => [name, audience]));
    const granted = clients.flatMap(({ name, access }) =>
      access.map(({ api, scopes, onRequest }) =>
        [name, audienceOf.get(api), ...[...scopes, ...onRequest].toSorted()].join(' '),
      ),
    );
    // It names clients by their names, and leaves its own out.
    const seen = tenant.clientGrants.map(({ client_id: name, audience, scope }) =>
      [name, audience, ...scope].join(' '),
    );
    expect(seen.toSorted()).toEqual(granted.toSorted());
  } finally {
    await subject.close();
  }
});

it('the official client exports the key of a client', { timeout: 400_000 }, async () => {
  const bench = await KeyBench.open();
  try {
    await bench.subject.setUp(KEYED);
    await bench.rotate();
    const { clients } = await exportTenant(bench.emulator);
    const { client_authentication_methods: methods, ...client } = clients.find(({ name }) => name === 'orders') ?? {};
    const key = { name: 'grantry', credential_type: 'public_key' };
    expect(methods).toMatchObject({ private_key_jwt: { credentials: [key, key] } });
    expect(client).not.toHaveProperty('token_endpoint_auth_method');
  } finally {
    await bench.close();
  }
});
