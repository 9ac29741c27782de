import { z } from 'zod';
import { isInOrder } from '../../model/in-order.ts';
import { isRepeated } from '../../model/guessable.ts';
import { Secret } from '../../model/secret.ts';
import { NOTHING, NO_ATTRIBUTES, OPENID_CONNECT } from './fields.ts';
import { ATTRIBUTE } from './marks.ts';

/**
 * The parts of Keycloak's representations that grantry reads. Everything else is dropped at this boundary;
 * secrets, of which a listing holds two per client, are wrapped or dropped here and nowhere later.
 */
const attributes = z
  .custom<Readonly<Record<string, unknown>>>(isMap)
  .nullish()
  .transform((record) => keptAttributes(record ?? {}));

/** Texts and numbers, but for the previous secret, of which a listing holds one per rotated client. */
function keptAttributes(record: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  if (isAllKept(record)) return record;
  const kept: Record<string, string> = {};
  for (const [key, value] of Object.entries(record)) {
    if (key !== ATTRIBUTE.rotatedSecret && (typeof value === 'string' || typeof value === 'number')) {
      kept[key] = String(value);
    }
  }
  return kept;
}

/** Nearly all are, and a copy of every one takes time. */
function isAllKept(record: Readonly<Record<string, unknown>>): record is Readonly<Record<string, string>> {
  for (const key of Object.keys(record)) {
    if (typeof record[key] !== 'string' || key === ATTRIBUTE.rotatedSecret) return false;
  }
  return true;
}

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
function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a listing shows to accounts that may not read secrets, and what a partial export holds. Sent back, it becomes the secret. */
const MASK = /^\*+$/;

export interface ClientRepresentation {
  id: string;
  clientId: string;
  description: string;
  enabled: boolean;
  protocol: string;
  /** Undefined where there is none, or where the account may not see it. */
  secret: Secret | undefined;
  /** The secret, or the previous one, is such as anybody can guess: the mask of an export that was imported, above all. */
  guessable: boolean;
  /** The same of the secret before the last rotation, which may still be accepted. */
  previousGuessable: boolean;
  attributes: Readonly<Record<string, string>>;
  defaultClientScopes: string[];
  optionalClientScopes: string[];
  protocolMappers: MapperRepresentation[];
  standardFlowEnabled: boolean;
  implicitFlowEnabled: boolean;
  directAccessGrantsEnabled: boolean;
  serviceAccountsEnabled: boolean;
  authorizationServicesEnabled: boolean;
  publicClient: boolean;
  bearerOnly: boolean;
  consentRequired: boolean;
  fullScopeAllowed: boolean;
  redirectUris: string[];
  webOrigins: string[];
  clientAuthenticatorType: string;
}

const NAMES = ['id', 'clientId'] as const;
const TEXTS = ['secret', 'description', 'clientAuthenticatorType', 'protocol'] as const;
const FLAGS = [
  'enabled',
  'standardFlowEnabled',
  'implicitFlowEnabled',
  'directAccessGrantsEnabled',
  'serviceAccountsEnabled',
  'authorizationServicesEnabled',
  'publicClient',
  'bearerOnly',
  'consentRequired',
  'fullScopeAllowed',
] as const;
const LISTS = ['defaultClientScopes', 'optionalClientScopes', 'redirectUris', 'webOrigins'] as const;

type Fields = Readonly<Record<string, unknown>>;
type Optional<Keys extends string, Value> = { readonly [Key in Keys]?: Value | null };

/** A row whose fields are what they should be; what is absent or null is empty. */
type CheckedRow = { readonly [Key in (typeof NAMES)[number]]: string } & Optional<(typeof TEXTS)[number], string> &
  Optional<(typeof FLAGS)[number], boolean> &
  Optional<(typeof LISTS)[number], string[]> &
  Optional<'attributes', Fields> & { readonly protocolMappers?: unknown; readonly access?: unknown };

/**
 * Reads a client of a listing; `refuse` is told which field is not what it should be, or none where the row is no client at
 * all. Checked by hand: there are thousands of them, and a schema of twenty fields takes three times as long.
 */
export function readClient(row: unknown, refuse: (field?: string) => never): ClientRepresentation {
  if (!isMap(row)) return refuse();
  if (!isChecked(row)) return refuse(wrongField(row));
  const { secret, access } = row;
  // To an account that may manage the client the server shows what is in force. To another one it may show a mask in its
  // place, and then the text alone tells nothing.
  const isShown = isMap(access) && access['manage'] === true;
  return {
    id: row.id,
    clientId: row.clientId,
    description: row.description ?? '',
    enabled: row.enabled ?? false,
    // As the server takes it where none is given.
    protocol: row.protocol ?? OPENID_CONNECT,
    secret:
      typeof secret !== 'string' || secret === '' || (MASK.test(secret) && !isShown) ? undefined : new Secret(secret),
    guessable: isGuessable(secret, isShown),
    previousGuessable: isGuessable(previousSecret(row.attributes), isShown),
    attributes: keptAttributes(row.attributes ?? NO_ATTRIBUTES),
    defaultClientScopes: sorted(row.defaultClientScopes),
    optionalClientScopes: sorted(row.optionalClientScopes),
    protocolMappers: readMappers(row.protocolMappers, refuse),
    standardFlowEnabled: row.standardFlowEnabled ?? false,
    implicitFlowEnabled: row.implicitFlowEnabled ?? false,
    directAccessGrantsEnabled: row.directAccessGrantsEnabled ?? false,
    serviceAccountsEnabled: row.serviceAccountsEnabled ?? false,
    authorizationServicesEnabled: row.authorizationServicesEnabled ?? false,
    publicClient: row.publicClient ?? false,
    bearerOnly: row.bearerOnly ?? false,
    consentRequired: row.consentRequired ?? false,
    fullScopeAllowed: row.fullScopeAllowed ?? false,
    redirectUris: sorted(row.redirectUris),
    webOrigins: sorted(row.webOrigins),
    clientAuthenticatorType: row.clientAuthenticatorType ?? '',
  };
}

/** Without the time of its rotation the server takes it for none. */
function previousSecret(attributes: Fields | null | undefined): unknown {
  return attributes?.[ATTRIBUTE.rotatedAt] ? attributes[ATTRIBUTE.rotatedSecret] : undefined;
}

function isGuessable(secret: unknown, isShown: boolean): boolean {
  return typeof secret === 'string' && isRepeated(secret) && (isShown || !MASK.test(secret));
}

function isChecked(row: Fields): row is CheckedRow {
  return wrongField(row) === undefined;
}

/** The first field that is not what it should be; of mappers more is asked. */
function wrongField(row: Fields): string | undefined {
  for (const key of NAMES) if (typeof row[key] !== 'string') return key;
  for (const key of TEXTS) if (typeof (row[key] ?? '') !== 'string') return key;
  for (const key of FLAGS) if (typeof (row[key] ?? false) !== 'boolean') return key;
  for (const key of LISTS) if (!isTexts(row[key] ?? NOTHING)) return key;
  return isMap(row['attributes'] ?? NO_ATTRIBUTES) ? undefined : 'attributes';
}

function isTexts(value: unknown): value is string[] {
  if (!Array.isArray(value)) return false;
  for (const item of value) if (typeof item !== 'string') return false;
  return true;
}

/** As they mostly come. */
function sorted(texts: string[] | null | undefined): string[] {
  if (texts === null || texts === undefined || texts.length === 0) return NOTHING;
  return isInOrder(texts) ? texts : texts.toSorted();
}

function readMappers(value: unknown, refuse: (field: string) => never): MapperRepresentation[] {
  if (Array.isArray(value) && value.length === 0) return [];
  const parsed = mappers.safeParse(value);
  return parsed.success ? parsed.data : refuse('protocolMappers');
}

export const clientScopeRepresentation = z.object({
  id: z.string(),
  name: z.string(),
  description: text,
  protocol: z
    .string()
    .nullish()
    .transform((protocol) => protocol ?? OPENID_CONNECT),
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
