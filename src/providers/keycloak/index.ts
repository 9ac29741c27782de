import { withoutWriteGuard } from '../../platform/ports.ts';
import type { Ports } from '../../platform/ports.ts';
import type { KeyedCache } from '../../platform/keyed-cache.ts';
import type { Provider, ProviderServer } from '../provider.ts';
import { answers } from '../answers.ts';
import { makeFieldWords } from '../common-fields.ts';
import { keycloakCapabilities, keycloakTokens } from './capabilities.ts';
import { KEYCLOAK_FIELDS } from './field-descriptions.ts';
import { describeKeycloak } from './settings.ts';
import type { KeycloakSettings } from './settings.ts';
import { readEstate } from './estate/read-estate.ts';
import { evaluateToken, readIdentity } from './issuers/evaluate.ts';
import { changeIssuer } from './issuers/write-issuers.ts';
import { KeycloakApi } from './http/api.ts';
import { ClientResource } from './http/client-resource.ts';
import { readEndpoints } from './endpoints.ts';
import { ServerInfo } from './versions/server-info.ts';
import type { ServerFacts } from './versions/server-info.ts';
import { PolicyRules } from './policies/policy-rules.ts';
import { projectDesired } from './project.ts';
import { readRealm } from './read/read.ts';
import { ScopeHolders } from './read/scope-holders.ts';
import { ScopeIndex } from './read/scope-index.ts';
import { readGrants } from './roles/grants.ts';
import { addApiScopes, removeApiScopes } from './write/write-api.ts';
import type { OwnToken } from '../own-token.ts';
import { whyTaken } from './read/taken-client-id.ts';
import { adminToken } from './http/token.ts';
import { ClientWriter } from './write/write-client.ts';
import { CredentialWriter } from './write/write-credential.ts';
import { KeyWriter } from './write/write-keys.ts';
import { OverlapWriter } from './overlap/write-overlaps.ts';

/** The logins of a run: realms with the same one share it. */
export type KeycloakLogins = KeyedCache<KeycloakSettings, OwnToken>;

/** One realm, with a login that others may share: it is not refused because this one must send nothing any more. */
export function openShared(settings: KeycloakSettings, ports: Ports, logins: KeycloakLogins): Provider {
  const tokens = logins.get(settings, () => adminToken(settings, withoutWriteGuard(ports)));
  return openKeycloak(settings, ports, { tokens });
}

export interface KeycloakOptions {
  readonly tokens?: OwnToken;
}

const words = makeFieldWords([{ fields: KEYCLOAK_FIELDS }]);

/** One realm of a Keycloak server. Nothing is sent before the first read or write. */
export function openKeycloak(
  settings: KeycloakSettings,
  ports: Ports,
  { tokens = adminToken(settings, ports) }: KeycloakOptions = {},
): Provider {
  const api = new KeycloakApi(settings, ports, tokens);
  const scopes = new ScopeIndex(api);
  const policies = new PolicyRules(api);
  const server = new ServerInfo(api);
  const client = new ClientResource(api, policies);
  const credentials = new CredentialWriter(api, client, { policies, server });
  const keys = new KeyWriter(client, credentials);
  const clients = new ClientWriter(api, { scopes, policies, client, credentials, keys });
  const holders = new ScopeHolders(api);
  const overlaps = new OverlapWriter(api);
  return {
    capabilities: keycloakCapabilities(),
    server: async () => serverOf(await server.read()),
    tokens: keycloakTokens,
    words,
    describe: () => describeKeycloak(settings),
    project: projectDesired,
    read: (desired, options = {}) =>
      readRealm({ api, policies, server, ports: withoutWriteGuard(ports) }, desired, options),
    endpoints: () => readEndpoints(settings, ports),
    findClient: (key) => clients.find(key),
    whyTaken: (clientId) => whyTaken(api, clientId),
    answers: () =>
      answers(() =>
        api.read({ about: 'see whether the server answers', needs: 'view-clients' }, (admin) =>
          admin.clients.find({ first: 0, max: 1 }),
        ),
      ),
    readEstate: (desired, selection) => readEstate({ api, policies }, desired, selection),
    readGrants: (desired, names) => readGrants({ api, ports }, desired, names),
    addApiScopes: async (change) => ({ found: await addApiScopes(api, scopes, change) }),
    removeApiScopes: (change) => removeApiScopes(api, { index: scopes, holders }, change),
    createClient: (client) => clients.create(client),
    updateClient: (change) => clients.update(change),
    explainDifference: (paths) => policies.explain(paths),
    deleteClient: (change) => clients.delete(change),
    markDelivered: (id, delivery) => credentials.markDelivered(id, delivery),
    changeOverlap: (change) => overlaps.change(change),
    revokeTokens: (id, before) => credentials.revokeTokens(id, before),
    secrets: {
      read: (id) => credentials.read(id),
      regenerate: (id) => credentials.regenerate(id),
      set: (id, chosen) => credentials.set(id, chosen),
      endOverlap: (id) => credentials.endOverlap(id),
    },
    keys: {
      now: async () => Math.floor(api.now() / 1000),
      read: (id) => keys.read(id),
      add: (id, key) => keys.add(id, key),
      keepNewest: (id) => keys.keepNewest(id),
    },
    federation: {
      changeIssuer: (change) => changeIssuer(api, change),
      readIdentity: (id) => readIdentity(client, id),
      evaluate: (clientId, parameters) => evaluateToken(api, clientId, parameters),
    },
    checks: async (desired) => {
      const { checkKeycloak } = await import('./doctor/check-keycloak.ts');
      return checkKeycloak({ settings, ports, api, server, desired });
    },
  };
}

function serverOf(facts: ServerFacts | undefined): ProviderServer {
  return {
    version: facts?.isExact === true ? facts.version : undefined,
    capabilities: keycloakCapabilities(facts?.version),
  };
}
