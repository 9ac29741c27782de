import type { KeycloakSettings } from '../../model/target.ts';
import type { HttpPorts } from '../../platform/ports.ts';
import type { Capabilities, Provider } from '../provider.ts';
import { DEFAULT_TUNING, KeycloakApi } from './api.ts';
import type { KeycloakTuning } from './api.ts';
import { readEndpoints } from './endpoints.ts';
import { projectDesired } from './project.ts';
import { readRealm } from './read.ts';
import { ScopeIndex } from './scope-index.ts';
import { growApi, shrinkApi } from './write-api.ts';
import { ClientWriter } from './write-client.ts';

export const keycloakCapabilities: Capabilities = {
  chosenSecret: true,
  chosenClientId: true,
  secretChangeVisible: true,
  onRequestScopes: true,
  authMethodEnforced: true,
  introspection: true,
};

/** One realm of a Keycloak server. Nothing is sent before the first read or write. */
export function openKeycloak(
  settings: KeycloakSettings,
  ports: HttpPorts,
  tuning: KeycloakTuning = DEFAULT_TUNING,
): Provider {
  const api = new KeycloakApi(settings, ports, tuning);
  const scopes = new ScopeIndex(api);
  const clients = new ClientWriter(api, scopes);
  return {
    capabilities: keycloakCapabilities,
    describe: () => `Keycloak ${settings.url} realm ${settings.realm}`,
    project: projectDesired,
    read: (desired, options = {}) => readRealm(api, desired, options),
    endpoints: () => readEndpoints(settings, ports),
    growApi: (change) => growApi(api, scopes, change),
    shrinkApi: (change) => shrinkApi(api, scopes, change),
    createClient: (client) => clients.create(client),
    updateClient: (change) => clients.update(change),
    deleteClient: (change) => clients.delete(change),
    readCredential: (id) => clients.readCredential(id),
    markDelivered: (id, delivery) => clients.markDelivered(id, delivery),
  };
}
