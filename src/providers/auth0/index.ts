import type { DesiredState } from '../../model/desired.ts';
import type { HttpPorts } from '../../platform/ports.ts';
import { NO_GRANT_FACTS } from '../provider.ts';
import type { Provider, ReadOptions } from '../provider.ts';
import { answers } from '../answers.ts';
import { makeFieldWords } from '../common-fields.ts';
import { auth0Capabilities, auth0Tokens } from './capabilities.ts';
import { AUTH0_FIELDS } from './field-descriptions.ts';
import { describeAuth0 } from './settings.ts';
import type { Auth0Settings } from './settings.ts';
import { Auth0Api } from './http/api.ts';
import { readEndpoints } from './http/endpoints.ts';
import { readEstate } from './estate/read-estate.ts';
import { projectDesired } from './project.ts';
import { apisByAudience, readTenant } from './read/read.ts';
import { addApiScopes, removeApiScopes } from './write/write-api.ts';
import { ClientWriter } from './write/write-client.ts';
import { KeyWriter } from './write/write-keys.ts';

const words = makeFieldWords([{ fields: AUTH0_FIELDS }]);

/** One tenant of Auth0. Nothing is sent before the first read or write. */
export function openAuth0(settings: Auth0Settings, ports: HttpPorts): Provider {
  const api = new Auth0Api(settings, ports);
  let audiences = new Map<string, string>();
  const now = (): number => Math.floor(ports.clock.now() / 1000);
  const keys = new KeyWriter(api);
  const clients = new ClientWriter(api, { keys, audiences: () => audiences, now });
  return {
    capabilities: auth0Capabilities,
    tokens: auth0Tokens,
    words,
    describe: () => describeAuth0(settings),
    // A service, which has no versions.
    server: () => Promise.resolve({ version: undefined, capabilities: auth0Capabilities }),
    project: projectDesired,
    read: (desired: DesiredState, options: ReadOptions = {}) => {
      const names = apisByAudience(desired.apis, options.ledger ?? {});
      audiences = new Map([...names].map(([audience, name]) => [name, audience]));
      return readTenant(api, desired, options, now());
    },
    readEstate: (desired, selection) => readEstate(api, desired, selection),
    endpoints: () => readEndpoints(settings, ports),
    // The id of an application is its client_id.
    findClient: (key) => clients.find('id' in key ? key.id : key.clientId),
    // The tenant chooses it.
    whyTaken: () => Promise.resolve(undefined),
    answers: () => {
      const call = { about: 'see whether the tenant answers', needs: 'read:clients' };
      return answers(() => api.get(call, 'clients', new URLSearchParams({ take: '1', fields: 'client_id' })));
    },
    // Its applications have no roles, and each token is for an Api that the manifests name.
    readGrants: () => Promise.resolve(NO_GRANT_FACTS),
    addApiScopes: (change) => addApiScopes(api, change),
    removeApiScopes: (change) => removeApiScopes(api, change),
    createClient: (client) => clients.create(client),
    updateClient: (change) => clients.update(change),
    // Nothing in a tenant changes what was sent.
    explainDifference: () => Promise.resolve(undefined),
    deleteClient: (change) => clients.delete(change),
    markDelivered: (id, delivery) => clients.markDelivered(id, delivery),
    changeOverlap: () => Promise.reject(new TypeError('Auth0 has no overlaps')),
    secrets: {
      read: (id) => clients.readCredential(id),
      regenerate: () => Promise.reject(new TypeError('Auth0 keeps no previous secret: it is given a new one')),
      set: (id, chosen) => clients.setSecret(id, chosen),
      endOverlap: () => Promise.resolve({ previous: undefined, previousUntil: undefined }),
    },
    keys: {
      now: async () => now(),
      read: (id) => keys.read(id),
      add: (id, key) => keys.add(id, key),
      keepNewest: (id) => keys.keepNewest(id),
    },
    checks: async (desired) => {
      const { checkAuth0 } = await import('./doctor/check-auth0.ts');
      return checkAuth0({ settings, ports, api, desired });
    },
  };
}
