import { z } from 'zod';
import { isInOrder } from '../../model/in-order.ts';
import { Secret } from '../../model/secret.ts';
import { NOTHING } from './fields.ts';
import { ATTRIBUTE } from './marks.ts';

/**
 * The parts of Keycloak's representations that grantry reads. Everything else is dropped at this boundary;
 * secrets, of which a listing holds two per client, are wrapped or dropped here and nowhere later.
 */
const attributes = z
  .custom<Readonly<Record<string, unknown>>>(isMap)
  .nullish()
  .transform((record) => keptAttributes(record ?? {}));

/** Texts and numbers, but for the secret before, of which a listing holds one per rotated client. */
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

/** What a listing shows to accounts that may not read secrets. Sent back, it would become the secret. */
const MASKED_SECRET = /^\*+$/;

export interface ClientRepresentation {
  id: string;
  clientId: string;
  description: string;
  enabled: boolean;
  secret: Secret | undefined;
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

/** Checked by hand: there are thousands of them, and a schema of twenty fields takes three times as long. */
export const clientRepresentation = z.unknown().transform((row, context): ClientRepresentation => {
  const fields = new UncheckedFields(row);
  const client = readClient(fields);
  if (fields.refused === undefined) return client;
  context.addIssue({ code: 'custom', path: fields.refused });
  return z.NEVER;
});

function readClient(fields: UncheckedFields): ClientRepresentation {
  const secret = fields.text('secret');
  return {
    id: fields.name('id'),
    clientId: fields.name('clientId'),
    description: fields.text('description'),
    enabled: fields.flag('enabled'),
    secret: secret === '' || MASKED_SECRET.test(secret) ? undefined : new Secret(secret),
    attributes: keptAttributes(fields.map('attributes')),
    defaultClientScopes: fields.texts('defaultClientScopes'),
    optionalClientScopes: fields.texts('optionalClientScopes'),
    protocolMappers: fields.isEmpty('protocolMappers') ? [] : fields.parsed('protocolMappers', mappers),
    standardFlowEnabled: fields.flag('standardFlowEnabled'),
    implicitFlowEnabled: fields.flag('implicitFlowEnabled'),
    directAccessGrantsEnabled: fields.flag('directAccessGrantsEnabled'),
    serviceAccountsEnabled: fields.flag('serviceAccountsEnabled'),
    authorizationServicesEnabled: fields.flag('authorizationServicesEnabled'),
    publicClient: fields.flag('publicClient'),
    bearerOnly: fields.flag('bearerOnly'),
    consentRequired: fields.flag('consentRequired'),
    fullScopeAllowed: fields.flag('fullScopeAllowed'),
    redirectUris: fields.texts('redirectUris'),
    webOrigins: fields.texts('webOrigins'),
    clientAuthenticatorType: fields.text('clientAuthenticatorType'),
  };
}

/** The fields of a row of which nothing is known yet. What is absent or null is empty; what is something else is refused. */
class UncheckedFields {
  readonly #fields: Readonly<Record<string, unknown>>;
  /** Where the first thing was that is not as it should be. */
  refused: string[] | undefined;

  constructor(row: unknown) {
    this.#fields = isMap(row) ? row : {};
    if (!isMap(row)) this.refused = [];
  }

  name(key: string): string {
    const value = this.#fields[key];
    return typeof value === 'string' ? value : this.#refuse(key, '');
  }

  text(key: string): string {
    const value = this.#fields[key] ?? '';
    return typeof value === 'string' ? value : this.#refuse(key, '');
  }

  flag(key: string): boolean {
    const value = this.#fields[key] ?? false;
    return typeof value === 'boolean' ? value : this.#refuse(key, false);
  }

  /** Sorted, as they mostly come. */
  texts(key: string): string[] {
    const value: unknown = this.#fields[key] ?? NOTHING;
    if (!isTexts(value)) return this.#refuse(key, []);
    if (value.length === 0) return NOTHING;
    return isInOrder(value) ? value : value.toSorted();
  }

  map(key: string): Readonly<Record<string, unknown>> {
    const value = this.#fields[key] ?? {};
    return isMap(value) ? value : this.#refuse(key, {});
  }

  /** Whether it is absent, or a list of nothing. */
  isEmpty(key: string): boolean {
    const value = this.#fields[key] ?? [];
    return Array.isArray(value) && value.length === 0;
  }

  parsed<T>(key: string, schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(this.#fields[key]);
    if (parsed.success) return parsed.data;
    return this.#refuse(key, schema.parse(undefined));
  }

  #refuse<T>(key: string, instead: T): T {
    this.refused ??= [key];
    return instead;
  }
}

function isTexts(value: unknown): value is string[] {
  if (!Array.isArray(value)) return false;
  for (const item of value) if (typeof item !== 'string') return false;
  return true;
}

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
