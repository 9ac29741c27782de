import { z } from 'zod';
import { Secret } from '../../model/secret.ts';
import { ATTRIBUTE } from './marks.ts';

/**
 * The parts of Keycloak's representations that grantry reads. Everything else is dropped at this boundary;
 * secrets, of which a listing holds two per client, are wrapped or dropped here and nowhere later.
 */
const attributes = z
  .custom<object>(isMap)
  .nullish()
  .transform((record): Record<string, string> => {
    const kept: Record<string, string> = {};
    for (const [key, value] of Object.entries(record ?? {})) {
      if (key !== ATTRIBUTE.rotatedSecret && (typeof value === 'string' || typeof value === 'number')) {
        kept[key] = String(value);
      }
    }
    return kept;
  });
const strings = z.array(z.string()).nullish().transform(sortedOrEmpty);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const mapper = z.object({
  id: z.string(),
  name: z.string(),
  protocolMapper: z.string(),
  config: z
    .record(z.string(), z.string())
    .nullish()
    .transform((config) => config ?? {}),
});
const mappers = z
  .array(mapper)
  .nullish()
  .transform((list) => list ?? []);
export type MapperRepresentation = z.infer<typeof mapper>;

/** z.record would look at every value: with thousands of clients that takes longer than all the rest of them. */
function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sortedOrEmpty(list: string[] | null | undefined): string[] {
  return (list ?? []).toSorted();
}

/** What a listing shows to accounts that may not read secrets. Sent back, it would become the secret. */
const MASKED_SECRET = /^\*+$/;

export const clientRepresentation = z.object({
  id: z.string(),
  clientId: z.string(),
  description: text,
  enabled: flag,
  secret: z
    .string()
    .nullish()
    .transform((value) => (value && !MASKED_SECRET.test(value) ? new Secret(value) : undefined)),
  attributes,
  defaultClientScopes: strings,
  optionalClientScopes: strings,
  protocolMappers: mappers,
  standardFlowEnabled: flag,
  implicitFlowEnabled: flag,
  directAccessGrantsEnabled: flag,
  serviceAccountsEnabled: flag,
  authorizationServicesEnabled: flag,
  publicClient: flag,
  bearerOnly: flag,
  consentRequired: flag,
  fullScopeAllowed: flag,
  redirectUris: strings,
  webOrigins: strings,
  clientAuthenticatorType: text,
});
export type ClientRepresentation = z.infer<typeof clientRepresentation>;

export const clientScopeRepresentation = z.object({
  id: z.string(),
  name: z.string(),
  description: text,
  attributes,
  protocolMappers: mappers,
});
export type ClientScopeRepresentation = z.infer<typeof clientScopeRepresentation>;

const roleList = z
  .array(z.object({ id: z.string(), name: z.string() }))
  .nullish()
  .transform((list) => list ?? []);
export type RoleRepresentation = { id: string; name: string };

/** `GET users/{id}/role-mappings` and `GET clients/{id}/scope-mappings`. */
export const mappingsRepresentation = z.object({
  realmMappings: roleList,
  clientMappings: z
    .record(z.string(), z.object({ mappings: roleList }))
    .nullish()
    .transform((clients) => clients ?? {}),
});
