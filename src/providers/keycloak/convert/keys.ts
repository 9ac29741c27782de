import { z } from 'zod';
import { isMoment } from '../../../model/delivery-mark.ts';
import { thumbprintOf } from '../../../model/secrets/thumbprint.ts';
import { parseJson } from '../../../model/values/parse-json.ts';
import { ATTRIBUTE, MARK, parseDelivery } from './marks.ts';
import type { Attributes } from './marks.ts';

/**
 * Members of grantry's own in a public key (RFC 7517 section 4 allows them): when it was made, and until when it is to be accepted
 * beside a newer one, both in Unix seconds. Keycloak keeps them and goes by neither: measured on 26.7.4.
 */
const MADE_AT = 'grantry_iat';
const UNTIL = 'grantry_exp';

/** A key as it lies there, with members that can be written again as they are. */
export type KeycloakJwk = Readonly<Record<string, unknown>>;

/** What the attribute holds beside grantry's keys. */
interface OtherKey {
  /** How output names it. */
  readonly name: string;
  /** Undefined: it is none that can be written again. */
  readonly jwk: KeycloakJwk | undefined;
}

/** A key that grantry registered: its id is its thumbprint (RFC 7638), so that no other one passes for it. */
export interface OwnKey {
  readonly jwk: KeycloakJwk;
  readonly kid: string;
  readonly madeAt: number;
}

/** One from before, or of somebody else whose client was taken over. */
export interface PreviousKey {
  readonly jwk: KeycloakJwk;
  readonly name: string;
  readonly until: number;
}

export interface ClientKeys {
  /** The newest; undefined: there is none. */
  readonly present: OwnKey | undefined;
  readonly previous: readonly PreviousKey[];
  /** Those that grantry did not register, whatever they are. */
  readonly others: readonly OtherKey[];
  /**
   * The newest is one that the client may sign with. It is not after a change of the algorithm that was cut off: until that is
   * finished, those before are what consumers have, and none of them ends.
   */
  readonly isSettled: boolean;
}

const NONE: ClientKeys = { present: undefined, previous: [], others: [], isSettled: false };

/** Characters. A set of a hundred RSA keys has some 50,000. */
const LONGEST = 200_000;
/** Seconds. No overlap is longer: it is shorter than the time between two rotations, which is at most a year. */
const LONGEST_OVERLAP = 366 * 86_400;

/** What the server goes by: without the switch it takes no notice of the set. */
export function parseKeys(attributes: Attributes): ClientKeys {
  const text = attributes[ATTRIBUTE.jwks];
  if (!text || attributes[ATTRIBUTE.useJwks] !== 'true') return NONE;
  const entries = entriesIn(text);
  const own = entries.flatMap((entry) => ownKey(entry) ?? []).toSorted((left, right) => right.madeAt - left.madeAt);
  const current = own.filter(({ jwk }) => jwk[UNTIL] === undefined);
  // Somebody may have copied an old one: that which was delivered, or is about to be, is the client's.
  const deliveredAt = parseDelivery(attributes[MARK.delivered])?.at;
  const present = current.find(({ madeAt }) => madeAt === deliveredAt) ?? current[0];
  const previous = entries.flatMap((entry) => previousKey(entry, present) ?? []);
  const known = new Set([present?.jwk, ...previous.map(({ jwk }) => jwk)]);
  const others = entries.filter((entry) => !known.has(entry)).map(otherKey);
  const alg = attributes[ATTRIBUTE.signingAlg] ?? '';
  return { present, previous, others, isSettled: present !== undefined && (alg === '' || present.jwk['alg'] === alg) };
}

/** One entry that is none hides no other. */
function entriesIn(text: string): KeycloakJwk[] {
  const set =
    text.length > LONGEST ? undefined : z.object({ keys: z.array(z.unknown()) }).safeParse(parseJson(text)).data;
  if (set === undefined) return [{}];
  return set.keys.map((entry) => z.record(z.string(), z.unknown()).safeParse(entry).data ?? {});
}

function ownKey(jwk: KeycloakJwk): OwnKey | undefined {
  const { kid, [MADE_AT]: madeAt } = jwk;
  if (typeof kid !== 'string' || !isSecond(madeAt) || !isFlat(jwk)) return undefined;
  return kid === thumbprintOf(jwk) ? { jwk, kid, madeAt } : undefined;
}

function previousKey(jwk: KeycloakJwk, present: OwnKey | undefined): PreviousKey | undefined {
  const { [MADE_AT]: madeAt, [UNTIL]: until } = jwk;
  if (!isSecond(madeAt) || !isSecond(until) || !isFlat(jwk)) return undefined;
  // Somebody wrote that it stays for ever.
  if (until > Math.max(madeAt, present?.madeAt ?? 0) + LONGEST_OVERLAP) return undefined;
  return { jwk, name: nameOf(jwk), until };
}

function isSecond(value: unknown): value is number {
  return isMoment(value) && Number.isInteger(value);
}

/** What is nested is no public key, and might be too deep to be written again. */
function isFlat(jwk: KeycloakJwk): boolean {
  return z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])).safeParse(jwk)
    .success;
}

function otherKey(jwk: KeycloakJwk): OtherKey {
  return { name: nameOf(jwk), jwk: isFlat(jwk) && Object.keys(jwk).length > 0 ? jwk : undefined };
}

const SHOWABLE = /^[\w.:=+/-]{1,100}$/;

/** The id, as far as it can be shown. */
function nameOf({ kid }: KeycloakJwk): string {
  return typeof kid === 'string' && SHOWABLE.test(kid) ? kid : '(without an id)';
}

/** Until when the server accepts a key from before, in Unix seconds; undefined: it has none. */
export function previousUntilOf({ previous, isSettled }: ClientKeys): number | undefined {
  return previous.length === 0 || !isSettled ? undefined : Math.max(...previous.map(({ until }) => until));
}

/** How keys are named that nobody declared. */
export function strayKeys({ others }: ClientKeys): string[] {
  return others.map(({ name }) => name).toSorted();
}

/** The names of whatever a set of keys holds. */
export function allKeys({ present, previous, others }: ClientKeys): string[] {
  const own = present === undefined ? [] : [present.kid];
  return [...own, ...[...previous, ...others].map(({ name }) => name)].toSorted();
}

/** Names of keys whose overlap was over at that moment, in Unix seconds. */
export function endedKeys({ previous, isSettled }: ClientKeys, now: number): string[] {
  if (!isSettled) return [];
  return previous
    .filter(({ until }) => until < now)
    .map(({ name }) => name)
    .toSorted();
}

/** A key that grantry made, as it is registered; Unix seconds. */
export function registeredKey(jwk: KeycloakJwk, madeAt: number): KeycloakJwk {
  return { ...jwk, [MADE_AT]: madeAt };
}

/** The same as one from before. */
export function endingKey({ jwk }: OwnKey, until: number): KeycloakJwk {
  return { ...jwk, [UNTIL]: until };
}

/** One from before that is to be accepted at least until then. */
export function lastingKey({ jwk, until }: PreviousKey, least: number): KeycloakJwk {
  return { ...jwk, [UNTIL]: Math.max(until, least) };
}

/** A key of somebody else, which counts as one from before from now on. Whatever it says of itself stays. */
export function adoptedKey(jwk: KeycloakJwk, madeAt: number, until: number): KeycloakJwk {
  return { ...jwk, [MADE_AT]: madeAt, [UNTIL]: until };
}

/** The attributes with which the server accepts exactly these keys. Of an assertion that names none it takes the first that fits. */
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
