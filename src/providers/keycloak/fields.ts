import { z } from 'zod';

const names = z.array(z.string()).readonly();
const texts = z.record(z.string(), z.string()).readonly();
const roleNames = z.strictObject({ realm: names, clients: z.record(z.string(), names) });

/** What grantry is exact about on a Keycloak client; every list is sorted. Null marks: the client carries none yet. */
export const clientFields = z.strictObject({
  stack: z.string().nullable(),
  name: z.string().nullable(),
  owner: z.string().nullable(),
  clientId: z.string(),
  description: z.string(),
  labels: texts,
  enabled: z.boolean(),
  /** `openid-connect`. */
  protocol: z.string(),
  access: z.record(z.string(), z.strictObject({ scopes: names, onRequest: names })),
  /** Client scopes of no Api that is known here. */
  otherScopes: z.strictObject({ default: names, optional: names }),
  /** Mappers on the client itself, as `name (type)`. */
  protocolMappers: names,
  flows: z.strictObject({
    standard: z.boolean(),
    implicit: z.boolean(),
    directAccessGrants: z.boolean(),
    serviceAccount: z.boolean(),
    device: z.boolean(),
    ciba: z.boolean(),
    tokenExchange: z.boolean(),
  }),
  publicClient: z.boolean(),
  bearerOnly: z.boolean(),
  consentRequired: z.boolean(),
  authorizationServices: z.boolean(),
  fullScopeAllowed: z.boolean(),
  redirectUris: names,
  webOrigins: names,
  /** Keycloak's authenticator id. */
  authenticator: z.string(),
  /** `client_secret_basic`, `client_secret_post`, `private_key_jwt`, `federated`, or `any` where the server has no setting. */
  auth: z.string(),
  /** What assertions are signed with; `any`: all that the server takes; null: the client signs none. */
  signingAlg: z.string().nullable(),
  /** Whose tokens it logs in with: the alias of the issuer and the subject; empty: with none. */
  identity: z.strictObject({ alias: z.string(), subject: z.string() }).or(z.strictObject({})),
  /** Public keys that grantry did not register, by their ids. */
  strayKeys: names,
  /** Those of grantry that are past their overlap. */
  endedKeys: names,
  /** Seconds; null: the realm's default; a text: what is there and is no number. */
  tokenLifetime: z.union([z.number(), z.string()]).nullable(),
  /** `dpop`: tokens are bound to a key, and none is issued without a proof. */
  senderConstrained: z.literal('dpop').nullable(),
  /** How tokens are signed; null: as the realm does by default. */
  tokenAlg: z.string().nullable(),
  /** The header `typ` of tokens; null: `JWT`. */
  tokenType: z.literal('at+jwt').nullable(),
  /** How long a secret stays valid after a rotation: the name of a Rotation; null: not at all. */
  overlap: z.string().nullable(),
  /** How often the secret is rotated, in seconds; null: that was never noted. */
  rotateEvery: z.number().nullable(),
  /** Those that are or were declared, and whatever is not known to be harmless; values that grantry did not write are masked. */
  attributes: texts,
  /** Of the service account's user; where the client has none, what it will be. */
  serviceAccount: z.enum(['enabled', 'disabled', 'missing']),
  /** Assigned to the service account itself; not what the server gives to each by default. */
  roles: roleNames,
  /** What declared roles hold that are composites, as they were when the client was last applied. */
  roleParts: roleNames,
  /** Paths of groups by which the service account has roles. */
  groups: names,
  scopeMappings: roleNames,
});
export type ClientFields = z.infer<typeof clientFields>;
export type RoleNames = z.infer<typeof roleNames>;

const scopeFields = z.strictObject({
  protocol: z.string(),
  description: z.string(),
  /** Audiences that the scope puts into tokens: custom ones, and client ids for introspection. */
  audience: names,
  introspectedBy: names,
  /** Constants that it puts into tokens, as `tenant=acme`. */
  claims: names,
  /** Whether the scope's name stands in the `scope` claim. */
  inTokenScope: z.boolean(),
  /** Mappers that grantry did not make, as `name (type)`. */
  otherMappers: names,
  /** Names of attributes that grantry did not set, and that are not known to be harmless. */
  otherAttributes: names,
  /** Scope mappings, as `role` or `client/role`: who holds none of them gets no token with the scope, and others get the role. */
  roles: names,
  /** The Api that the scope's mark names, where it is another one; else null. */
  markedFor: z.string().nullable(),
});
export type ScopeFields = z.infer<typeof scopeFields>;

/** What grantry is exact about on the client scopes that make up an Api. */
export const apiFields = z.strictObject({
  stack: z.string().nullable(),
  owner: z.string().nullable(),
  scopes: z.record(z.string(), scopeFields),
});
export type ApiFields = z.infer<typeof apiFields>;

/** Shared by thousands of fields, which say the same so often; never changed. */
export const NOTHING: string[] = [];
export const NO_ATTRIBUTES: ClientFields['attributes'] = {};
export const NO_IDENTITY: ClientFields['identity'] = {};
export const NO_OTHER_SCOPES: ClientFields['otherScopes'] = { default: NOTHING, optional: NOTHING };

/** The authenticator of clients that sign assertions. */
export const CLIENT_JWT = 'client-jwt';

/** The authenticator of clients that log in with the tokens of other issuers. */
export const FEDERATED_JWT = 'federated-jwt';

/** The client scope of every realm that brings roles into tokens. */
export const ROLES_SCOPE = 'roles';

/** Keycloak has SAML clients and client scopes beside those of this protocol. */
export const OPENID_CONNECT = 'openid-connect';

/** Of every M2M client. */
export const NO_USER_FLOWS: ClientFields['flows'] = {
  standard: false,
  implicit: false,
  directAccessGrants: false,
  serviceAccount: true,
  device: false,
  ciba: false,
  tokenExchange: false,
};
