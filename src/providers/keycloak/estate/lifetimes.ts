import { MAX_SECONDS } from '../../../model/text/duration.ts';
import { ATTRIBUTE } from '../convert/marks.ts';
import type { Attributes } from '../convert/marks.ts';
import type { Reason } from './left-out/reasons.ts';

/** How long the tokens of a client live, in seconds; undefined: as the realm says. */
export type Lifetime = number | undefined;

/** The lifetime that the client itself has. */
export function ownLifetime(attributes: Attributes): Lifetime {
  const text = attributes[ATTRIBUTE.tokenLifetime];
  return text && isLifetime(text) ? Number(text) : undefined;
}

function isLifetime(text: string): boolean {
  return /^[1-9]\d{0,9}$/.test(text) && Number(text) <= MAX_SECONDS;
}

/** A lifetime of no seconds, or of less, is none that a manifest could name. */
export function reasonOfLifetime(attributes: Attributes): Reason | undefined {
  const text = attributes[ATTRIBUTE.tokenLifetime];
  if (!text || isLifetime(text)) return undefined;
  return {
    reason: 'token-lifetime',
    why: `Its attribute ${ATTRIBUTE.tokenLifetime} is ${JSON.stringify(text.slice(0, 40))}, which is no number of seconds above zero.`,
    todo: 'Set Access Token Lifespan of the client to what is meant, or take it out, and import again.',
  };
}

/** A client, as far as its lifetime goes. */
export interface Reaching {
  readonly lifetime: Lifetime;
  /** The audiences of the Apis that it can reach. */
  readonly audiences: readonly string[];
}

/**
 * A lifetime for each Api: Keycloak has it per client, and manifests have it per Api. The longest of its clients' allows each of them
 * its own; where one has none, the Api says nothing. By audience; without an entry: none.
 */
export function lifetimesOfApis(clients: readonly Reaching[]): Map<string, number> {
  const longest = new Map<string, number>();
  const unlimited = new Set<string>();
  for (const { lifetime, audiences } of clients) {
    for (const audience of audiences) {
      if (lifetime === undefined) unlimited.add(audience);
      else longest.set(audience, Math.max(lifetime, longest.get(audience) ?? 0));
    }
  }
  for (const audience of unlimited) longest.delete(audience);
  return longest;
}

/** What a client must say itself; undefined: its Apis say it. */
export function lifetimeToSay({ lifetime, audiences }: Reaching, ofApis: ReadonlyMap<string, number>): Lifetime {
  if (lifetime === undefined) return undefined;
  const least = Math.min(...audiences.map((audience) => ofApis.get(audience) ?? Number.POSITIVE_INFINITY));
  return least === lifetime ? undefined : lifetime;
}
