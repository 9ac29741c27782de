import * as z from 'zod';
import type { ResolveContext } from '../../manifest/backends.ts';
import { checkedBy, credentialSchema, templateSchema } from '../../manifest/schema/settings.ts';
import { mentionsEnv } from '../../manifest/schema/url.ts';
import type { Secret } from '../../model/secrets/secret.ts';
import type { SigningAlgorithm } from '../../model/signing-algorithms.ts';
import { resolveOwnKey } from '../own-key.ts';
import type { KeyLimits } from '../own-key.ts';

/** What a tenant is opened with. */
export interface Auth0Settings {
  readonly kind: 'auth0';
  readonly domain: string;
  readonly auth: Auth0Auth;
  /** What to do with onRequest scopes, which Auth0 cannot keep out of a token that asks for none. */
  readonly onRequestScopes: 'refuse' | 'grant';
  /** No more requests than this begin in any second. */
  readonly requestsPerSecond: number;
}

/** grantry's own application, with a secret or by assertions that it signs (private_key_jwt). */
export type Auth0Auth = { readonly clientId: string } & (
  | { readonly clientSecret: Secret }
  | { readonly privateKey: Secret; readonly alg?: SigningAlgorithm; readonly keyId?: string }
);

/** https://auth0.com/docs/get-started/applications/credentials */
const ALGORITHMS = ['RS256', 'RS384', 'PS256'] as const;

/** What Auth0 takes of an own key. */
export const AUTH0_KEYS: KeyLimits = { server: 'Auth0', algorithms: ALGORITHMS };

const authSchema = z
  .strictObject({
    clientId: templateSchema,
    clientSecret: credentialSchema.optional(),
    privateKey: credentialSchema.optional().meta({
      description: 'Exactly ${env:NAME}: an RSA key, PKCS#8 as PEM or a JWK (private_key_jwt).',
      writeOnly: true,
    }),
    alg: z.enum(ALGORITHMS).optional().meta({ description: 'By which privateKey signs. Default: RS256.' }),
    keyId: templateSchema.optional().meta({ description: 'The kid that Auth0 gave the credential.' }),
  })
  .superRefine(({ clientSecret, privateKey, ...hints }, context) => {
    if ((clientSecret === undefined) === (privateKey === undefined)) {
      context.addIssue({
        code: 'custom',
        message: 'must hold exactly one of clientSecret, privateKey beside clientId',
      });
    }
    for (const key of ['alg', 'keyId'] as const) {
      if (hints[key] === undefined || privateKey !== undefined) continue;
      context.addIssue({ code: 'custom', path: [key], message: 'belongs to privateKey' });
    }
  })
  .meta({ description: "grantry's own application: clientId with clientSecret or privateKey." });

/** The settings as a Target has them. */
export const auth0Schema = z.strictObject({
  domain: checkedBy((text) => (mentionsEnv(text) ? undefined : checkDomain(text))).meta({
    description: 'Such as acme-dev.eu.auth0.com.',
  }),
  auth: authSchema,
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
  return { kind: 'auth0', domain, auth: resolveAuth(spec.auth, secret), onRequestScopes, requestsPerSecond };
}

function resolveAuth(
  { clientId, privateKey, alg, keyId }: Auth0Spec['auth'],
  secret: ResolveContext<Auth0Spec>['secret'],
): Auth0Auth {
  if (privateKey === undefined) return { clientId, clientSecret: secret(({ auth }) => auth.clientSecret) };
  return {
    clientId,
    ...resolveOwnKey(
      secret(({ auth }) => auth.privateKey),
      { alg, keyId },
      AUTH0_KEYS,
    ),
  };
}

/** How output names a tenant. */
export function describeAuth0({ domain }: Pick<Auth0Settings, 'domain'>): string {
  return `Auth0 ${domain}`;
}
