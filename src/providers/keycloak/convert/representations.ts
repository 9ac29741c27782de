import { z } from 'zod';
import { isRepeated } from '../../../model/secrets/guessable.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import { OPENID_CONNECT } from '../fields.ts';
import { ATTRIBUTE } from './marks.ts';

/**
 * The parts of Keycloak's representations that grantry reads. Everything else is dropped at this boundary;
 * secrets, of which a listing holds two per client, are wrapped or dropped here and nowhere later.
 */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const sortedTexts = z
  .array(z.string())
  .nullish()
  .transform((list) => (list ?? []).toSorted());
/** As the server takes it where none is given. */
const protocol = z
  .string()
  .nullish()
  .transform((value) => value ?? OPENID_CONNECT);

type Values = Readonly<Record<string, unknown>>;

const values = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((record): Values => record ?? {});
const attributes = values.transform(keptAttributes);

/** Texts and numbers, but for the previous secret, of which a listing holds one per rotated client. */
function keptAttributes(record: Values): Readonly<Record<string, string>> {
  const kept = Object.entries(record).filter(
    ([key, value]) => key !== ATTRIBUTE.rotatedSecret && (typeof value === 'string' || typeof value === 'number'),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, String(value)]));
}

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

/** What a listing shows to accounts that may not read secrets, and what a partial export holds. Sent back, it becomes the secret. */
const MASK = /^\*+$/;

/** Whether a value says nothing but that there is one. */
export function isMasked(value: string): boolean {
  return MASK.test(value);
}

export const clientRepresentation = z
  .object({
    id: z.string(),
    clientId: z.string(),
    description: text,
    enabled: flag,
    protocol,
    secret: text,
    attributes: values,
    defaultClientScopes: sortedTexts,
    optionalClientScopes: sortedTexts,
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
    redirectUris: sortedTexts,
    webOrigins: sortedTexts,
    clientAuthenticatorType: text,
    /** Unix seconds. */
    notBefore: z.number().optional().catch(undefined),
    access: z
      .object({ manage: z.literal(true) })
      .optional()
      .catch(undefined),
  })
  .transform(({ secret, access, attributes: every, ...client }) => {
    // To an account that may manage the client the server shows what is in force. To another one it may show a mask in its
    // place, and then the text alone says nothing.
    const isShown = access !== undefined;
    return {
      ...client,
      attributes: keptAttributes(every),
      /** Undefined where there is none, or where the account may not see it. */
      secret: secret === '' || (MASK.test(secret) && !isShown) ? undefined : new Secret(secret),
      /** The secret is such as anybody can guess: the mask of an export that was imported, above all. */
      guessable: isGuessable(secret, isShown),
      /** The same of the secret before the last rotation, which may still be accepted. */
      previousGuessable: isGuessable(previousSecret(every), isShown),
    };
  });
export type ClientRepresentation = Readonly<z.infer<typeof clientRepresentation>>;

/** Without the time of its rotation the server takes it for none. */
function previousSecret(every: Values): unknown {
  return every[ATTRIBUTE.rotatedAt] ? every[ATTRIBUTE.rotatedSecret] : undefined;
}

function isGuessable(secret: unknown, isShown: boolean): boolean {
  return typeof secret === 'string' && isRepeated(secret) && (isShown || !MASK.test(secret));
}

export const clientScopeRepresentation = z.object({
  id: z.string(),
  name: z.string(),
  description: text,
  protocol,
  attributes,
  protocolMappers: mappers,
});
export type ClientScopeRepresentation = z.infer<typeof clientScopeRepresentation>;

export const roleRepresentation = z.object({ id: z.string(), name: z.string() });
export type RoleRepresentation = z.infer<typeof roleRepresentation>;

const roleList = z
  .array(roleRepresentation)
  .nullish()
  .transform((list) => list ?? []);

/** `GET users/{id}/role-mappings` and `GET clients/{id}/scope-mappings`. */
export const mappingsRepresentation = z.object({
  realmMappings: roleList,
  clientMappings: z
    .record(z.string(), z.object({ id: z.string(), mappings: roleList }))
    .nullish()
    .transform((clients) => clients ?? {}),
});
