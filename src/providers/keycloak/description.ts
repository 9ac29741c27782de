import { checkUrl, normaliseUrl } from '../../manifest/schema/url.ts';
import { KeyedCache } from '../../platform/keyed-cache.ts';
import { rememberGithubBearer } from '../../platform/workload/github-actions.ts';
import { defineProvider } from '../description.ts';
import { keycloakCapabilities } from './capabilities.ts';
import { attributeMap, keycloakClientSchema, resolveKeycloakClient } from './client-settings.ts';
import type { KeycloakClientSpec } from './client-settings.ts';
import { checkClientIdCase } from './rules/client-id-case.ts';
import { resolveIssuers } from './issuers/issuer-settings.ts';
import type { KeycloakLogins } from './index.ts';
import { KEYCLOAK_FIELDS } from './field-descriptions.ts';
import { checkClientLifetime } from './rules/client-lifetime.ts';
import { checkClientScopes } from './rules/client-scopes.ts';
import { checkFederated } from './rules/federated.ts';
import { checkLimits } from './rules/limits.ts';
import { checkReservedScopes } from './rules/reserved-scopes.ts';
import { checkScopeCollisions } from './rules/scope-collisions.ts';
import { checkTokenForm } from './rules/token-form.ts';
import { describeKeycloak, isSameKeycloakLogin, keycloakSchema, resolveKeycloak } from './settings.ts';
import type { KeycloakSettings, KeycloakSpec } from './settings.ts';

/** Keycloak: one realm of a server. */
export const keycloak = defineProvider<KeycloakSpec, KeycloakSettings, KeycloakClientSpec>({
  kind: 'keycloak',
  label: 'Keycloak',
  settings: keycloakSchema,
  // A key as PEM.
  multiline: ['auth.privateKey'],
  clientSettings: keycloakClientSchema,
  freeMaps: [attributeMap],
  home: { noun: 'realm', name: ({ url, realm }) => JSON.stringify([normaliseUrl(url), realm]) },
  servers: ({ url, allowInsecure }) => [{ key: 'url', url, allowInsecure, problem: checkUrl(url) }],
  resolve: resolveKeycloak,
  resolveClient: resolveKeycloakClient,
  *checkView(view) {
    yield* checkClientIdCase(view);
    yield* checkLimits(view);
    yield* checkReservedScopes(view);
    yield* checkScopeCollisions(view);
    yield* checkTokenForm(view);
    yield* checkClientScopes(view);
    yield* checkClientLifetime(view);
    yield* checkFederated(view);
  },

  issuers: ({ issuers }) => resolveIssuers(issuers),
  setsUpOverlaps: true,
  capabilities: keycloakCapabilities,
  fields: KEYCLOAK_FIELDS,
  describe: describeKeycloak,
  server: ({ url }) => ({ url, publicUrlOption: 'Keycloak: the options hostname and proxy-headers' }),

  opener() {
    const logins: KeycloakLogins = new KeyedCache(isSameKeycloakLogin);
    return {
      open: async (settings, ports) => {
        // Before any program is run that would inherit it.
        if (settings.auth.kind === 'github') rememberGithubBearer(ports.env);
        return (await import('./index.ts')).openShared(settings, ports, logins);
      },
    };
  },
});
