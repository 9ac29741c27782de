import { createHash } from 'node:crypto';
import { z } from 'zod';
import { checkDelivery, parseMoment } from '../../../model/delivery-mark.ts';
import type { DesiredClient } from '../../../model/desired.ts';
import type { Delivery, ForeignPart } from '../../../model/state.ts';
import { settingsOf } from '../client-settings.ts';
import type { RoleNames } from '../fields.ts';
import { roleKeys } from '../roles/role-names.ts';
import type { RoleKey } from '../roles/role-names.ts';
import { parseJson } from '../../../model/values/parse-json.ts';

/** Attribute names under which grantry's marks lie on clients and client scopes. */
export const MARK = {
  stack: 'grantry.stack',
  name: 'grantry.name',
  owner: 'grantry.owner',
  api: 'grantry.api',
  delivered: 'grantry.delivered',
  /** Which overlap the client's rotations have: a client policy of the realm goes by it. */
  rotation: 'grantry.rotation',
  /** How often its secret is rotated, in seconds: only the manifests go by it, and a plan shows what they change. */
  every: 'grantry.rotate.every',
  /** Which attributes, of which values, and which roles were declared when the client was last applied: JSON. */
  declared: 'grantry.declared',
  labelPrefix: 'grantry.label.',
  prefix: 'grantry.',
} as const;

/** Attribute names of Keycloak that grantry sets. */
export const ATTRIBUTE = {
  authMethod: 'client.secret.authentication.allowed.method',
  signingAlg: 'token.endpoint.auth.signing.alg',
  useJwks: 'use.jwks.string',
  jwks: 'jwks.string',
  tokenLifetime: 'access.token.lifespan',
  secretCreatedAt: 'client.secret.creation.time',
  secretExpiresAt: 'client.secret.expiration.time',
  rotatedSecret: 'client.secret.rotated',
  rotatedAt: 'client.secret.rotated.creation.time',
  rotatedExpiresAt: 'client.secret.rotated.expiration.time',
  device: 'oauth2.device.authorization.grant.enabled',
  ciba: 'oidc.ciba.grant.enabled',
  tokenExchange: 'standard.token.exchange.enabled',
  inTokenScope: 'include.in.token.scope',
  onConsentScreen: 'display.on.consent.screen',
  /** The alias of the issuer with whose tokens the client logs in, and their subject. */
  issuer: 'jwt.credential.issuer',
  subject: 'jwt.credential.sub',
} as const;

export type Attributes = Readonly<Record<string, string>>;

/** `what`, when it carries the mark of another stack or none. */
export function foreignPart(attributes: Attributes, stack: string, what: string): ForeignPart[] {
  const marked = attributes[MARK.stack];
  return marked === stack ? [] : [{ what, stack: marked === '' ? undefined : marked }];
}

export function formatDelivery({ at, place, path, facts, since }: Delivery): string {
  return JSON.stringify({ at, place, path, facts, since });
}

/** A mark that cannot be read counts as none: the credential is then delivered again, which loses nothing. */
export function parseDelivery(text: string | undefined): Delivery | undefined {
  const mark = parseJson(text);
  return isObject(mark) ? checkDelivery(mark) : undefined;
}

/** Names that would lead a request elsewhere are none. */
const roleName = z.string().regex(/^(?!\.{1,2}$)/);
const roleNames = z.strictObject({
  realm: z.array(roleName).readonly(),
  clients: z.record(z.string(), z.array(roleName).readonly()),
});
const noRoles: RoleNames = { realm: [], clients: {} };
/** Attributes by name, each with the digest of its value; marks of earlier versions have the name alone. */
const declaredSchema = z.object({
  attributes: z
    .array(z.union([z.string(), z.tuple([z.string(), z.string()])]))
    .transform(
      (list) =>
        new Map<string, string | undefined>(list.map((one) => (typeof one === 'string' ? [one, undefined] : one))),
    ),
  roles: roleNames,
  parts: roleNames.default(noRoles),
});

/** What a client declared when it was last applied, so that what is declared no longer can be taken away. */
export interface Declared {
  /** Digests of their values by their names: only a value that grantry wrote is ever shown. */
  readonly attributes: ReadonlyMap<string, string | undefined>;
  readonly roles: RoleNames;
  /** What these roles held then, where they are composites. */
  readonly parts: RoleNames;
}

export function formatDeclared(attributes: Attributes, roles: RoleNames, parts = noRoles): string {
  const names = Object.keys(attributes).toSorted();
  const digests = names.map((name) => [name, valueDigest(name, attributes[name] ?? '')]);
  const isPlain = parts.realm.length + Object.keys(parts.clients).length === 0;
  return JSON.stringify({ attributes: digests, roles, ...(isPlain ? {} : { parts }) });
}

/** Of an attribute's value: somebody who can make it knows the value. */
export function valueDigest(name: string, value: string): string {
  return createHash('sha256')
    .update(JSON.stringify([name, value]))
    .digest('base64url')
    .slice(0, 22);
}

const NOTHING_DECLARED: Declared = { attributes: new Map(), roles: noRoles, parts: noRoles };
const NOTHING_DECLARED_TEXT = formatDeclared({}, noRoles);

export function parseDeclared(text: string | undefined): Declared {
  // Of nearly all clients.
  if (text === NOTHING_DECLARED_TEXT) return NOTHING_DECLARED;
  return readDeclared(text) ?? NOTHING_DECLARED;
}

function readDeclared(text: string | undefined): Declared | undefined {
  return declaredSchema.safeParse(parseJson(text)).data;
}

/** What is in attributes of the books that grantry and the server keep, and cannot be read: each with what follows from that. */
export function unreadableMarks(attributes: Attributes): string[] {
  const [delivered, declared] = [attributes[MARK.delivered], attributes[MARK.declared]];
  const times: readonly (readonly [string, string])[] = [
    [ATTRIBUTE.secretCreatedAt, 'the age of its secret is not known'],
    [ATTRIBUTE.secretExpiresAt, 'when the server refuses its secret is not known'],
    [ATTRIBUTE.rotatedExpiresAt, 'until when its previous secret is accepted is not known'],
  ];
  const found: (readonly [string, string])[] = [
    ...(delivered && parseDelivery(delivered) === undefined
      ? [[MARK.delivered, 'where its credential was delivered is not known'] as const]
      : []),
    ...(declared && declared !== NOTHING_DECLARED_TEXT && readDeclared(declared) === undefined
      ? [[MARK.declared, 'what was declared before and is no longer is left as it is'] as const]
      : []),
    ...times.filter(([name]) => attributes[name] && parseSeconds(attributes[name]) === undefined),
  ];
  return found.map(([name, so]) => `its attribute ${name} cannot be read, so ${so}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Unix seconds, which Keycloak gives as a string or a number; undefined for what is no moment. */
export function parseSeconds(text: string | undefined): number | undefined {
  return parseMoment(text);
}

/**
 * The roles of a client that are known, of its account and of its scope: those that it is to have, and those that it had when it was
 * last applied.
 */
export function rolesOfInterest(
  { attributes }: { readonly attributes: Attributes },
  desired: DesiredClient | undefined,
): RoleKey[] {
  return [...wantedRoles(desired), ...roleKeys(parseDeclared(attributes[MARK.declared]).roles)];
}

function wantedRoles(desired: DesiredClient | undefined): RoleKey[] {
  if (desired === undefined) return [];
  const { serviceAccountRoles, scopeMappings } = settingsOf(desired);
  return [...roleKeys(serviceAccountRoles), ...(scopeMappings === undefined ? [] : roleKeys(scopeMappings))];
}
