/** A realm of a real Keycloak, behind a proxy that can lose answers. */
import { inject } from 'vitest';
import { systemPorts } from '../../../src/platform/ports.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import { createRealm } from '../../support/servers/realm.ts';
import { tokenRequest } from './provider-subject.ts';
import type { AdminActions, ProviderPlace } from './provider-subject.ts';

/** A realm of its own, as the server's administrator sees it. */
export async function openKeycloakPlace(): Promise<ProviderPlace> {
  const server = inject('keycloak');
  // One name of the server for all: what is delivered must not depend on the proxy.
  const realm = await createRealm(server);
  const proxy = await startCountingProxy(server.url);
  const { admin } = realm;
  const clients = async (): Promise<{ id: string; clientId: string }[]> =>
    (await admin.clients.find({ max: 1000 })).map(({ id = '', clientId = '' }) => ({ id, clientId }));
  const atFirst = new Set((await clients()).map(({ clientId }) => clientId));
  const idOf = async (clientId: string): Promise<string> =>
    (await clients()).find((client) => client.clientId === clientId)?.id ?? '';
  const actions: AdminActions = {
    create: async (clientId) => {
      await admin.clients.create({ clientId, secret: 'made-by-hand-0123456789', serviceAccountsEnabled: true });
      return clientId;
    },
    secretOf: async (clientId) => (await admin.clients.getClientSecret({ id: await idOf(clientId) })).value ?? '',
    regenerate: async (clientId) => void (await admin.clients.generateNewClientSecret({ id: await idOf(clientId) })),
    loosen: async (clientId) => admin.clients.update({ id: await idOf(clientId) }, { directAccessGrantsEnabled: true }),
    letIn: async (clientId) => admin.clients.update({ id: await idOf(clientId) }, { enabled: true }),
    remove: async (clientId) => admin.clients.del({ id: await idOf(clientId) }),
    redirectIssuer: async (alias, url) => {
      const found = await admin.identityProviders.findOne({ alias });
      await admin.identityProviders.update({ alias }, { ...found, config: { ...found?.config, issuer: url } });
    },
    createIssuer: async (alias, issuer) => {
      const jwksUrl = 'http://127.0.0.1:1/keys';
      const config = { issuer, supportsClientAssertions: 'true', useJwksUrl: 'true', jwksUrl };
      await admin.identityProviders.create({ alias, providerId: 'oidc', config });
    },
    grant: async (clientId, _audience, scope) => {
      const found = (await admin.clientScopes.find()).find(({ name }) => name === scope);
      await admin.clients.addDefaultClientScope({ id: await idOf(clientId), clientScopeId: found?.id ?? '' });
    },
    clientIds: async () =>
      (await clients()).flatMap(({ clientId }) => (atFirst.has(clientId) ? [] : [clientId])).toSorted(),
    loseNextCreation: () =>
      proxy.inject({
        fault: { kind: 'drop-after' },
        match: ({ method, path }) => method === 'POST' && path.endsWith('/clients'),
      }),
    loseNextRotation: () =>
      proxy.inject({
        fault: { kind: 'drop-after' },
        match: ({ method, path }) => method === 'POST' && path.endsWith('/client-secret'),
      }),
    accepts: async (clientId, secret, auth) =>
      (await fetch(realm.tokenUrl, tokenRequest({ clientId, secret, auth }))).ok,
  };
  return {
    provider: `{keycloak: {url: "${proxy.url}", realm: ${realm.name}, auth: {realm: master, username: ${server.username}, password: "\${env:PASSWORD}"}}}`,
    env: { PASSWORD: server.password, TOKEN: 'unused' },
    ports: systemPorts(),
    admin: actions,
    close: async () => {
      await proxy.close();
      await realm.remove();
    },
  };
}
