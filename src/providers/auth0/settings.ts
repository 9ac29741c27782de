import * as z from 'zod';
import type { ResolveContext } from '../../manifest/backends.ts';
import { checkedBy, credentialSchema, templateSchema } from '../../manifest/schema/settings.ts';
import { mentionsEnv } from '../../manifest/schema/url.ts';
import type { Secret } from '../../model/secrets/secret.ts';

/** What a tenant is opened with. */
export interface Auth0Settings {
  readonly kind: 'auth0';
  readonly domain: string;
  readonly auth: { readonly clientId: string; readonly clientSecret: Secret };
  /** What to do with onRequest scopes, which Auth0 cannot keep out of a token that asks for none. */
  readonly onRequestScopes: 'refuse' | 'grant';
  /** No more requests than this begin in any second. */
  readonly requestsPerSecond: number;
}

/** The settings as a Target has them. */
export const auth0Schema = z.strictObject({
  domain: checkedBy((text) => (mentionsEnv(text) ? undefined : checkDomain(text))).meta({
    description: 'Such as acme-dev.eu.auth0.com.',
  }),
  auth: z.strictObject({ clientId: templateSchema, clientSecret: credentialSchema }),
  onRequestScopes: z
    .enum(['refuse', 'grant'])
    .default('refuse')
    .meta({ description: 'Auth0 cannot keep a granted scope out of a token that asks for none.' }),
  requestsPerSecond: z
    .int()
    .min(1)
    .max(100)
    .default(10)
    .meta({ description: "No more requests than this begin in any second: the tenant's limits are shared by all." }),
});

export type Auth0Spec = z.output<typeof auth0Schema>;

const DOMAIN = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?$/i;

/** What is wrong with the domain of a tenant; undefined: nothing. */
export function checkDomain(text: string): string | undefined {
  return DOMAIN.test(text) ? undefined : 'must be a host name such as acme-dev.eu.auth0.com';
}

export function resolveAuth0(spec: Auth0Spec, { secret }: ResolveContext<Auth0Spec>): Auth0Settings {
  const { domain, onRequestScopes, requestsPerSecond } = spec;
  const auth = { clientId: spec.auth.clientId, clientSecret: secret((from) => from.auth.clientSecret) };
  return { kind: 'auth0', domain, auth, onRequestScopes, requestsPerSecond };
}

/** How output names a tenant. */
export function describeAuth0({ domain }: Pick<Auth0Settings, 'domain'>): string {
  return `Auth0 ${domain}`;
}
