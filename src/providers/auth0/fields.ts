import { z } from 'zod';

const names = z.array(z.string());

/** What grantry is exact about on an application; every list is sorted. Null marks: the application carries none yet. */
export const clientFields = z.strictObject({
  stack: z.string().nullable(),
  name: z.string().nullable(),
  owner: z.string().nullable(),
  /** How often the secret is rotated, in seconds; null: that was never noted. */
  rotateEvery: z.number().nullable(),
  /** The application's own name. */
  displayName: z.string(),
  description: z.string(),
  labels: z.record(z.string(), z.string()),
  /** A mark: Auth0 refuses an application that is disabled for want of client grants. */
  enabled: z.boolean(),
  appType: z.string(),
  grantTypes: names,
  /** By Api; `organizations` where tokens may, or must, be for one: Auth0's `organization_usage`. */
  access: z.record(
    z.string(),
    z.union([z.strictObject({ scopes: names }), z.strictObject({ scopes: names, organizations: z.string() })]),
  ),
  /** Client grants for audiences of no Api that is known here. */
  otherGrants: z.record(z.string(), names),
  callbacks: names,
  webOrigins: names,
  allowedOrigins: names,
  logoutUrls: names,
  oidcConformant: z.boolean(),
  /** `client_secret`, or the name of another method such as `private_key_jwt`. */
  authenticationMethod: z.string(),
  /** `client_secret_basic`, `client_secret_post`, `private_key_jwt`, `none`, or `any` where the tenant has no setting. */
  auth: z.string(),
  /** What assertions are signed with; `any`: grantry made none of its keys; null: the client signs none. */
  signingAlg: z.string().nullable(),
  /** Keys that are of no use to it, or that grantry did not register: by Auth0's ids of the credentials. */
  strayKeys: names,
  /** Those of grantry that are past their overlap: the same. */
  endedKeys: names,
  /** client_metadata: only what the manifest declares now, or declared when it was last applied. */
  metadata: z.record(z.string(), z.string()),
});
export type ClientFields = z.infer<typeof clientFields>;

/** How an API can have its tokens signed: with HS256, too, which whoever can check it can forge. */
export const ALGORITHMS = ['RS256', 'RS512', 'PS256'] as const;

/** What grantry is exact about on a resource server. */
export const apiFields = z.strictObject({
  audience: z.string(),
  displayName: z.string(),
  /** Null: not declared, so it is left as it is. Seconds. */
  tokenLifetime: z.number().nullable(),
  signingAlgorithm: z.string(),
  /** The header `typ` of tokens; null: `JWT`. */
  tokenType: z.literal('at+jwt').nullable(),
  /** `dpop`: tokens are bound to a key, and none is issued without a proof; any other text: what else is asked of callers. */
  senderConstrained: z.string().nullable(),
  /** Of an Api that was adopted: only those that the manifest declares. */
  scopes: z.record(z.string(), z.strictObject({ description: z.string() })),
});
export type ApiFields = z.infer<typeof apiFields>;
