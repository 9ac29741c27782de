import * as z from 'zod';
import type { FreeMap } from '../../manifest/backends.ts';
import { lineSchema, positiveDurationSchema, proseSchema } from '../../manifest/schema/parts.ts';
import { compareText } from '../../manifest/values.ts';
import type { DesiredClient, ServiceAccountRoles } from '../../model/desired.ts';
import { inOrder } from '../../model/values/in-order.ts';
import type { BackendSettings } from '../../model/target.ts';
import { isKnownAttribute, maySpeakOfSecret } from './convert/known-attributes.ts';

/** The settings of a Client that only Keycloak has. */
export interface KeycloakClientSettings {
  readonly kind: 'keycloak';
  readonly serviceAccountRoles: ServiceAccountRoles;
  /** What of its roles tokens carry; undefined: all of them. */
  readonly scopeMappings: ServiceAccountRoles | undefined;
  /** Seconds; undefined: the shortest of its Apis. */
  readonly tokenLifetime: number | undefined;
  /** Client scopes of the realm that are of no Api; undefined: none but those that its roles need. */
  readonly clientScopes: OtherScopes | undefined;
  readonly attributes: Readonly<Record<string, string>>;
}

interface OtherScopes {
  /** In every token. */
  readonly default: readonly string[];
  /** Only in tokens that ask for them by the scope parameter. */
  readonly optional: readonly string[];
}

/** Keycloak names roles in the paths of requests, where dots alone lead elsewhere. */
const roleSchema = lineSchema
  .max(255, { error: 'must have at most 255 characters' })
  .regex(/^(?!\.{1,2}$)/, { error: 'must not be "." or "..": a request could not name that role' });

const rolesSchema = z.strictObject({
  realm: z.array(roleSchema).default([]).meta({ description: 'Realm roles.' }),
  clients: z.record(lineSchema, z.array(roleSchema)).default({}).meta({ description: 'Client roles, by client_id.' }),
});

const otherScopesSchema = z
  .strictObject({
    default: z.array(lineSchema).default([]).meta({ description: 'In every token.' }),
    optional: z
      .array(lineSchema)
      .default([])
      .meta({ description: 'Only in tokens that ask for them by the scope parameter.' }),
  })
  .meta({
    description:
      'Client scopes of the realm that are of no Api, such as profile and email. Default: none, and roles where the client has serviceAccountRoles.',
  });

/** The block `keycloak` of a Client. */
export const keycloakClientSchema = z
  .strictObject({
    serviceAccountRoles: rolesSchema
      .optional()
      .meta({ description: 'Roles of the service account that its tokens carry.' }),
    scopeMappings: rolesSchema.optional().meta({
      description: 'Which roles the scope of the client lets into tokens. Default: those of serviceAccountRoles.',
    }),
    tokenLifetime: positiveDurationSchema.optional().meta({
      description: 'How long its tokens live. Default, and the most that may be said: the shortest of its Apis.',
    }),
    clientScopes: otherScopesSchema.optional(),
    attributes: z.record(lineSchema, proseSchema).optional().meta({
      description: 'Attributes of the Keycloak client. Others are taken away, unless they are known to be harmless.',
    }),
  })
  .meta({ description: 'Settings that only Keycloak has.' });

export type KeycloakClientSpec = z.output<typeof keycloakClientSchema>;

/** Of nearly all clients. */
const NO_ROLES = { realm: [], clients: {} };
const NO_ATTRIBUTES = {};

export function resolveKeycloakClient(written: KeycloakClientSpec | undefined): KeycloakClientSettings {
  const scopes = written?.clientScopes;
  return {
    kind: 'keycloak',
    serviceAccountRoles: sortedRoles(written?.serviceAccountRoles) ?? NO_ROLES,
    scopeMappings: sortedRoles(written?.scopeMappings),
    tokenLifetime: written?.tokenLifetime,
    clientScopes: scopes && { default: inOrder(scopes.default), optional: inOrder(scopes.optional) },
    attributes: written?.attributes ?? NO_ATTRIBUTES,
  };
}

function sortedRoles(roles: z.output<typeof rolesSchema> | undefined): ServiceAccountRoles | undefined {
  return roles && { realm: inOrder(roles.realm), clients: sortedLists(roles.clients) };
}

/** A list of nothing says as much as none. */
function sortedLists(lists: Readonly<Record<string, readonly string[]>>): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(lists)
      .filter(([, names]) => names.length > 0)
      .toSorted(([a], [b]) => compareText(a, b))
      .map(([key, names]) => [key, inOrder(names)]),
  );
}

/** The settings of a client that was resolved for a Keycloak target. */
export function settingsOf({ settings }: Pick<DesiredClient, 'settings'>): KeycloakClientSettings {
  if (!isKeycloak(settings)) throw new TypeError(`these are settings for ${settings.kind}`);
  return settings;
}

function isKeycloak(settings: BackendSettings): settings is KeycloakClientSettings {
  return settings.kind === 'keycloak';
}

/** Attributes that Keycloak itself names after tokens and secrets hold none; grantry's own are refused for another reason. */
export const attributeMap: FreeMap = {
  path: ['attributes'],
  namesCredential: (key, looksSecret) =>
    !key.startsWith('grantry.') && !isKnownAttribute(key) && (looksSecret || maySpeakOfSecret(key)),
};
