import { defineProvider } from '../description.ts';
import { auth0Capabilities } from './capabilities.ts';
import { metadataMap, auth0ClientSchema, resolveAuth0Client } from './client-settings.ts';
import type { Auth0ClientSpec } from './client-settings.ts';
import { AUTH0_FIELDS } from './field-descriptions.ts';
import { checkKeyAlgs } from './rules/key-algs.ts';
import { checkFederated } from './rules/federated.ts';
import { checkLimits } from './rules/limits.ts';
import { checkOnRequestScopes } from './rules/on-request-scopes.ts';
import { checkSecretWay } from './rules/secret-way.ts';
import { checkTokenForm } from './rules/token-form.ts';
import { auth0Schema, checkDomain, describeAuth0, resolveAuth0 } from './settings.ts';
import type { Auth0Settings, Auth0Spec } from './settings.ts';

/** Auth0: one tenant. */
export const auth0 = defineProvider<Auth0Spec, Auth0Settings, Auth0ClientSpec>({
  kind: 'auth0',
  label: 'Auth0',
  settings: auth0Schema,
  // A key as PEM.
  multiline: ['auth.privateKey'],
  clientSettings: auth0ClientSchema,
  freeMaps: [metadataMap],
  home: { noun: 'tenant', name: ({ domain }) => domain.toLowerCase() },
  servers: ({ domain }) => [
    { key: 'domain', url: `https://${domain}`, allowInsecure: false, problem: checkDomain(domain) },
  ],
  resolve: resolveAuth0,
  resolveClient: resolveAuth0Client,
  *checkView(view) {
    yield* checkLimits(view);
    yield* checkOnRequestScopes(view);
    yield* checkKeyAlgs(view);
    yield* checkTokenForm(view);
    yield* checkFederated(view);
    yield* checkSecretWay(view);
  },

  setsUpOverlaps: false,
  capabilities: () => auth0Capabilities,
  fields: AUTH0_FIELDS,
  describe: describeAuth0,
  server: ({ domain }) => ({ url: `https://${domain}` }),
  opener: () => ({ open: async (settings, ports) => (await import('./index.ts')).openAuth0(settings, ports) }),
});
