import { z } from 'zod';
import type { Delivery, ForeignPart } from '../../model/state.ts';
import { roleNames } from './fields.ts';

/** Attribute names under which grantry's marks lie on clients and client scopes. */
export const MARK = {
  stack: 'grantry.stack',
  name: 'grantry.name',
  owner: 'grantry.owner',
  api: 'grantry.api',
  delivered: 'grantry.delivered',
  /** Which overlap the client's rotations have: a client policy of the realm goes by it. */
  rotation: 'grantry.rotation',
  /** Which attributes and roles were declared when the client was last applied: JSON. */
  declared: 'grantry.declared',
  labelPrefix: 'grantry.label.',
  prefix: 'grantry.',
} as const;

/** Attribute names of Keycloak that grantry sets. */
export const ATTRIBUTE = {
  authMethod: 'client.secret.authentication.allowed.method',
  tokenLifetime: 'access.token.lifespan',
  secretCreatedAt: 'client.secret.creation.time',
  secretExpiresAt: 'client.secret.expiration.time',
  rotatedSecret: 'client.secret.rotated',
  rotatedExpiresAt: 'client.secret.rotated.expiration.time',
  device: 'oauth2.device.authorization.grant.enabled',
  ciba: 'oidc.ciba.grant.enabled',
  tokenExchange: 'standard.token.exchange.enabled',
  inTokenScope: 'include.in.token.scope',
  onConsentScreen: 'display.on.consent.screen',
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

/**
 * A mark that cannot be read counts as none: the credential is then delivered again, which loses nothing. Checked by hand, as
 * every client of a listing has one.
 */
export function parseDelivery(text: string | undefined): Delivery | undefined {
  const mark = parseJson(text);
  if (!isObject(mark)) return undefined;
  const { at, place, path, facts, since } = mark;
  if (at !== null && !isNumber(at)) return undefined;
  if (typeof place !== 'string' || typeof path !== 'string' || typeof facts !== 'string') return undefined;
  if (since === undefined) return { at, place, path, facts };
  return isNumber(since) ? { at, place, path, facts, since } : undefined;
}

/** JSON has numbers that are too large for any. */
function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

const declaredSchema = z.object({ attributes: z.array(z.string()), roles: roleNames });

/** What a client declared when it was last applied, so that what is declared no longer can be taken away. */
export type Declared = z.infer<typeof declaredSchema>;

export function formatDeclared({ attributes, roles }: Declared): string {
  return JSON.stringify({ attributes, roles });
}

const NOTHING_DECLARED: Declared = { attributes: [], roles: { realm: [], clients: {} } };
const NOTHING_DECLARED_TEXT = formatDeclared(NOTHING_DECLARED);

export function parseDeclared(text: string | undefined): Declared {
  // Of nearly all clients.
  if (text === NOTHING_DECLARED_TEXT) return NOTHING_DECLARED;
  return declaredSchema.safeParse(parseJson(text)).data ?? NOTHING_DECLARED;
}

/** Undefined for what is no JSON. */
function parseJson(text: string | undefined): unknown {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Unix seconds, which Keycloak gives as a string or a number. */
export function parseSeconds(text: string | undefined): number | undefined {
  const seconds = Number(text);
  return text && Number.isFinite(seconds) ? seconds : undefined;
}
