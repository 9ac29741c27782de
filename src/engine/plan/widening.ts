import { parseDuration } from '../../model/duration.ts';
import type { Json } from '../../model/json.ts';
import { attributeWidens } from '../../model/keycloak-attributes.ts';
import type { PlannedDelivery } from '../../model/plan.ts';
import { changedFacts } from '../survey/document-facts.ts';
import type { LeafDifference } from './field-changes.ts';

/**
 * Whether a difference gives somebody more power: a scope or a role more, another audience, tokens that live longer,
 * an authentication method that was not accepted before, an attribute that is not known to be harmless. Fields are named as in the providers' `convert.ts`.
 */
export function widens({ path, before, after }: LeafDifference): boolean {
  switch (path[0]) {
    case 'access':
    case 'otherScopes':
    case 'roles':
    case 'roleParts':
    case 'scopeMappings':
      return hasMore(before, after);
    case 'scopes':
      // Of a scope that is there already: one that is new is granted to nobody yet.
      return (path[2] === 'audience' || path[2] === 'introspectedBy') && before !== undefined && hasMore(before, after);
    case 'audience':
      return before !== undefined && after !== undefined;
    case 'tokenLifetime':
      return isLonger(before, after);
    case 'rotateEvery':
      // Of a client from before this was noted nothing is known.
      return before !== null && isLonger(before, after);
    case 'overlap':
      return before !== undefined && overlapSeconds(after) > overlapSeconds(before);
    case 'auth':
      // From one method to another a new one is accepted; from any to one nothing is.
      return before !== undefined && before !== 'any' && after !== undefined;
    case 'attributes':
      return attributeWidens(path[1] ?? '', textOf(before), textOf(after));
    case 'enabled':
      return before === false && after === true;
    case 'serviceAccount':
      return before !== undefined && before !== 'enabled' && after === 'enabled';
    case undefined:
    default:
      return false;
  }
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Whether a delivery has consumers send their secret to another server than before. */
export function movesLogin(delivery: PlannedDelivery | undefined): boolean {
  return delivery !== undefined && changedFacts(delivery).some(({ sendsElsewhere }) => sendsElsewhere);
}

function hasMore(before: Json | undefined, after: Json | undefined): boolean {
  const had = new Set(Array.isArray(before) ? before : []);
  return Array.isArray(after) && after.some((name) => !had.has(name));
}

/** For how long a secret that was replaced, because it leaked perhaps, is still accepted. */
function overlapSeconds(overlap: Json | undefined): number {
  return typeof overlap === 'string' ? (parseDuration(overlap) ?? 0) : 0;
}

function isLonger(before: Json | undefined, after: Json | undefined): boolean {
  if (before === undefined) return false;
  // null is the server's own default, which is not known here and may be the longer one.
  if (after === null) return before !== null;
  return typeof before === 'number' && typeof after === 'number' && after > before;
}
