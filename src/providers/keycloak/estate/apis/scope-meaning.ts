import { apiSpecSchema } from '../../../../manifest/schema/api.ts';
import { parseClaim } from '../../convert/claim-mappers.ts';
import { strangeScopeAttributes } from '../../convert/attributes.ts';
import { audiencesOfScope, isNamedInTokens, meaningsOf } from '../../convert/convert-scope.ts';
import type { AudienceMeaning } from '../../convert/convert-scope.ts';
import type { ClaimValue } from '../../../../model/token-form.ts';
import type { ClientScopeRepresentation } from '../../convert/representations.ts';
import { OPENID_CONNECT } from '../../fields.ts';
import { isKeycloaksScope } from '../../rules/reserved-scopes.ts';

/** What a client scope is to manifests. */
export type ScopeMeaning =
  /** It puts no audience into tokens, so it is of no Api. */
  | { readonly kind: 'other' }
  /** It puts one there, in a way that no Api can say. */
  | { readonly kind: 'unsayable'; readonly why: string }
  | ScopeOfApi;

/** What an Api can say exactly. */
export interface ScopeOfApi {
  readonly kind: 'api';
  readonly audience: string;
  /** A client_id. */
  readonly introspectedBy: string | undefined;
  /** As `formatClaim` writes them, sorted. */
  readonly claims: readonly string[];
}

/** What the meaning of a scope depends on beside itself. */
export interface ScopeSurroundings {
  /** Whether manifests will have a client of this client_id, so that an Api can name it. */
  readonly isClient: (clientId: string) => boolean;
  /** By the scope's id, where there are any. */
  readonly rolesOfScope: ReadonlyMap<string, readonly string[]>;
}

/** Whether a client scope could be one of an Api, before its scope mappings are asked for. */
export function mayBeOfApi(scope: ClientScopeRepresentation): boolean {
  return scope.protocol === OPENID_CONNECT && !isKeycloaksScope(scope.name) && audiencesOfScope(scope).length > 0;
}

/** Why an Api cannot have it is the end of `The client scope …`. */
export function meaningOfScope(scope: ClientScopeRepresentation, surroundings: ScopeSurroundings): ScopeMeaning {
  if (!mayBeOfApi(scope)) return { kind: 'other' };
  const { audiences, claims, others } = meaningsOf(scope);
  const why = whyInexact(scope, { others, roles: surroundings.rolesOfScope.get(scope.id) ?? [] });
  if (why !== undefined) return { kind: 'unsayable', why };
  const parts = partAudiences(audiences, surroundings);
  if (typeof parts === 'string') return { kind: 'unsayable', why: parts };
  const found: ScopeOfApi = { kind: 'api', ...parts, claims };
  return isValid(scope, found)
    ? found
    : { kind: 'unsayable', why: 'has a name, a description, an audience or a claim that no manifest may hold' };
}

function whyInexact(
  scope: ClientScopeRepresentation,
  { others, roles }: { readonly others: readonly string[]; readonly roles: readonly string[] },
): string | undefined {
  const attributes = strangeScopeAttributes(scope.attributes);
  if (others.length > 0) return `has mappers for which Apis have no word: ${others.join(', ')}`;
  if (roles.length > 0) return `has scope mappings (${roles.join(', ')}), for which Apis have no word`;
  if (!isNamedInTokens(scope)) return 'is not named in the scope claim of tokens, as those of Apis are';
  if (attributes.length > 0) return `has attributes for which Apis have no word: ${attributes.join(', ')}`;
  return undefined;
}

/** One audience is the Api's; a second one can be that of the client by which it introspects tokens. */
function partAudiences(
  audiences: readonly AudienceMeaning[],
  { isClient }: Pick<ScopeSurroundings, 'isClient'>,
): Pick<ScopeOfApi, 'audience' | 'introspectedBy'> | string {
  const [first, second, ...more] = byValue(audiences);
  if (first === undefined || more.length > 0) return 'puts several audiences into tokens';
  if (second === undefined) return { audience: first.value, introspectedBy: undefined };
  const ways = [
    { audience: first, introspector: second },
    { audience: second, introspector: first },
  ].filter(({ introspector }) => isClient(introspector.value));
  // A mapper that names a client is meant for introspection rather than one that names a text.
  const way = ways.find(({ introspector, audience }) => introspector.isClient && !audience.isClient) ?? ways[0];
  if (way === undefined) return 'puts two audiences into tokens, and neither is a client that manifests can say';
  return { audience: way.audience.value, introspectedBy: way.introspector.value };
}

/** A token does not show by which of its two settings a mapper named an audience. */
function byValue(audiences: readonly AudienceMeaning[]): AudienceMeaning[] {
  return [...new Map(audiences.map((one) => [one.value, one])).values()];
}

function isValid({ name, description }: ClientScopeRepresentation, found: ScopeOfApi): boolean {
  const { audience, claims } = found;
  const values = claimValues(claims);
  if (Object.keys(values).length < claims.length) return false;
  return apiSpecSchema.safeParse({ audience, scopes: { [name]: description }, claims: values }).success;
}

/** Claims as a manifest has them. */
export function claimValues(claims: readonly string[]): Record<string, ClaimValue> {
  return Object.fromEntries(claims.map(parseClaim));
}
