/** A tenant of the emulator of Auth0. */
import { startAuth0Emulator } from '../../support/auth0/start-emulator.ts';
import type { Auth0Emulator, EmulatorOptions } from '../../../demo/auth0/emulator/emulator.ts';
import { textOf } from '../../../demo/auth0/emulator/json.ts';
import type { JsonObject } from '../../../demo/auth0/emulator/json.ts';
import { logIn } from '../../support/auth0/management-client.ts';
import { fetchFrom } from '../../support/auth0/fetch-from.ts';
import { portsOver } from '../../support/servers/ports-over.ts';
import { tokenRequest } from './provider-subject.ts';
import type { AdminActions, ProviderPlace } from './provider-subject.ts';

const DOMAIN = 'acme-test.eu.auth0.com';

/** `settings`: more keys of `provider.auth0`, as YAML with a comma behind each. */
export async function openAuth0Place(
  settings = '',
  options: EmulatorOptions = {},
): Promise<ProviderPlace & { emulator: Auth0Emulator }> {
  const emulator = await startAuth0Emulator({ domain: DOMAIN, ...options });
  const hand = await logIn(emulator);
  const fields = (clientId: string): JsonObject => {
    const client = emulator.state.clients.get(clientId);
    if (client === undefined) throw new Error(`there is no client ${clientId}`);
    return client.fields;
  };
  const clientIds = (): string[] => [...emulator.state.clients.values()].map(({ id }) => id).toSorted();
  const atFirst = new Set(clientIds());
  const grant = async (client_id: string, audience: string, scope: string): Promise<void> =>
    void (await hand.ok('POST', '/client-grants', { client_id, audience, scope: [scope] }));
  const actions: AdminActions = {
    create: async (name) => {
      const body = { name, app_type: 'non_interactive', grant_types: ['client_credentials'] };
      const created = await hand.ok('POST', '/clients', body);
      return textOf(created['client_id']);
    },
    secretOf: async (clientId) => textOf(fields(clientId)['client_secret']),
    regenerate: async (clientId) => void (await hand.ok('POST', `/clients/${clientId}/rotate-secret`)),
    loosen: async (clientId) =>
      void (await hand.ok('PATCH', `/clients/${clientId}`, {
        grant_types: ['client_credentials', 'authorization_code'],
      })),
    remove: async (clientId) => void (await hand.call('DELETE', `/clients/${clientId}`)),
    grant,
    letIn: grant,
    clientIds: async () => clientIds().filter((id) => !atFirst.has(id)),
    loseNextCreation: () =>
      emulator.inject({
        method: 'POST',
        path: /\/clients$/,
        times: 1,
        fault: { kind: 'answer', status: 500, when: 'after' },
      }),
    loseNextRotation: () =>
      emulator.inject({ method: 'PATCH', path: /\/clients\//, times: 1, fault: { kind: 'drop', when: 'after' } }),
    accepts: async (clientId, secret, auth) => {
      const more = { audience: 'https://stock.test' };
      const request = tokenRequest({ clientId, secret, auth }, more);
      return (await fetchFrom(emulator)(`https://${DOMAIN}/oauth/token`, request)).ok;
    },
  };
  return {
    emulator,
    provider: `{auth0: {domain: ${DOMAIN}, requestsPerSecond: 100, ${settings}auth: {clientId: ${emulator.clientId}, clientSecret: "\${env:SECRET}"}}}`,
    env: { SECRET: emulator.clientSecret, TOKEN: 'unused' },
    ports: portsOver(fetchFrom(emulator)),
    admin: actions,
    close: () => emulator.close(),
  };
}
