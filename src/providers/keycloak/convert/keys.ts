import { z } from 'zod';
import { parseJson } from '../../../model/values/parse-json.ts';
import { ATTRIBUTE, MARK, parseDelivery } from './marks.ts';
import type { Attributes } from './marks.ts';

/**
 * Public keys of a client, in its attribute `jwks.string` (RFC 7517). Keycloak keeps members that it does not know, so what it has
 * no place for stands in two of grantry's own: `iat`, when the key was made, and `exp`, until when it is to be accepted beside a
 * newer one. Keycloak itself goes by neither: measured on 26.7.4.
 */
const jwk = z.looseObject({ kid: z.string().optional(), iat: z.number().optional(), exp: z.number().optional() });
export type KeycloakJwk = z.infer<typeof jwk>;
const jwks = z.object({ keys: z.array(jwk) });

/** A key of grantry's. */
export type OwnJwk = KeycloakJwk & { readonly kid: string; readonly iat: number };

export interface ClientKeys {
  /** The newest; undefined: there is none. */
  readonly present: OwnJwk | undefined;
  /** Those before, the newest first, each with `exp`. */
  readonly previous: readonly OwnJwk[];
  /** Those that grantry did not register, whatever they are. */
  readonly others: readonly KeycloakJwk[];
}

const NONE: ClientKeys = { present: undefined, previous: [], others: [] };

/** What cannot be read holds no key of grantry's. */
export function parseKeys(attributes: Attributes): ClientKeys {
  if (!attributes[ATTRIBUTE.jwks]) return NONE;
  const keys = jwks.safeParse(parseJson(attributes[ATTRIBUTE.jwks])).data?.keys ?? [];
  const own = keys.filter(isOwn).toSorted((left, right) => right.iat - left.iat);
  const current = own.filter(({ exp }) => exp === undefined);
  // Somebody may have copied one: that which was delivered, or is about to be, is the client's.
  const deliveredAt = parseDelivery(attributes[MARK.delivered])?.at;
  const present = current.find(({ iat }) => iat === deliveredAt) ?? current[0];
  return {
    present,
    previous: own.filter(({ exp }) => exp !== undefined),
    others: keys.filter((key) => !isOwn(key) || (key.exp === undefined && key !== present)),
  };
}

function isOwn(key: KeycloakJwk): key is OwnJwk {
  return key.kid !== undefined && key.iat !== undefined;
}

/** Until when the server accepts a key from before, in Unix seconds; undefined: it has none. */
export function previousUntilOf({ previous }: ClientKeys): number | undefined {
  const ends = previous.map(({ exp = 0 }) => exp);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** How keys are named that nobody declared: by their ids, as far as these can be shown. */
export function namesOfKeys(keys: readonly KeycloakJwk[]): string[] {
  return keys.map(({ kid }) => (kid !== undefined && SHOWABLE.test(kid) ? kid : '(without an id)')).toSorted();
}

const SHOWABLE = /^[\w.:=+/-]{1,100}$/;

/** Whatever a set of keys holds. */
export function allKeys({ present, previous, others }: ClientKeys): KeycloakJwk[] {
  return [...(present === undefined ? [] : [present]), ...previous, ...others];
}

/** Ids of keys whose overlap was over at that moment, in Unix seconds. */
export function endedKeys({ previous }: ClientKeys, now: number): string[] {
  return previous
    .filter(({ exp = 0 }) => exp < now)
    .map(({ kid }) => kid)
    .toSorted();
}

/** The attributes with which the server accepts exactly these keys. */
export function keysToAttributes(keys: readonly KeycloakJwk[]): Record<string, string> {
  return {
    [ATTRIBUTE.useJwks]: 'true',
    [ATTRIBUTE.jwks]: JSON.stringify({ keys }),
  };
}

/** For a client that has no keys. */
export const NO_KEYS: Readonly<Record<string, string>> = {
  [ATTRIBUTE.useJwks]: '',
  [ATTRIBUTE.jwks]: '',
  [ATTRIBUTE.signingAlg]: '',
};
