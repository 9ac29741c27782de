import type { EstateApi, EstateMark, LeftOut } from '../../../../model/estate.ts';
import type { DesiredApi } from '../../../../model/desired.ts';
import { formatDuration } from '../../../../model/text/duration.ts';
import type { JsonObject } from '../../../../model/values/json.ts';
import { MARK } from '../../convert/marks.ts';
import type { Attributes } from '../../convert/marks.ts';
import { audiencesOfScope } from '../../convert/convert-scope.ts';
import type { ScopeGroup, StrayScope } from './group-scopes.ts';
import { claimValues } from './scope-meaning.ts';

/** `lifetime`: seconds; undefined: it says nothing of that. */
export function apiOfGroup(
  { audience, introspectedBy, claims, scopes }: ScopeGroup,
  lifetime: number | undefined,
): EstateApi {
  const mark = markOf(scopes[0]?.attributes ?? {}, MARK.api);
  return {
    audience,
    displayName: audience,
    scopes: Object.fromEntries(scopes.map(({ name, description }) => [name, description])),
    spec: specOf(claims, lifetime),
    introspectedBy,
    mark,
    description: '',
    facts: {},
    notes: [],
  };
}

function specOf(claims: readonly string[], lifetime: number | undefined): JsonObject {
  return {
    ...(lifetime === undefined ? {} : { tokenLifetime: formatDuration(lifetime) }),
    ...(claims.length === 0 ? {} : { claims: claimValues(claims) }),
  };
}

/** One that a manifest declares: that it is there is all that matters. */
export function declaredApi({ audience, scopes, name }: DesiredApi): EstateApi {
  return {
    audience,
    displayName: name,
    scopes: Object.fromEntries(scopes.map((scope) => [scope.name, scope.description])),
    spec: {},
    introspectedBy: undefined,
    mark: undefined,
    description: '',
    facts: {},
    notes: [],
  };
}

/** Whose mark an object carries; `nameKey`: under which its mark has the name. */
export function markOf(attributes: Attributes, nameKey: string): EstateMark | undefined {
  const stack = attributes[MARK.stack];
  if (!stack) return undefined;
  return { stack, name: attributes[nameKey] || undefined, owner: attributes[MARK.owner] || undefined };
}

/** The mark of a client, where it carries one. */
export function markIn({ attributes }: { readonly attributes: Attributes }): Pick<LeftOut, 'mark'> {
  const mark = markOf(attributes, MARK.name);
  return mark === undefined ? {} : { mark };
}

/** A client scope that stays as it is: clients that hold it go on holding it. */
export function leftOutScope({ scope, why }: StrayScope): LeftOut {
  const audiences = audiencesOfScope(scope).map((audience) => JSON.stringify(audience));
  return {
    kind: 'ClientScope',
    id: scope.name,
    displayName: scope.name,
    facts: {},
    reason: 'scope-of-no-api',
    why: `The client scope ${why}. It stays as it is, and clients that hold it say so in keycloak.clientScopes (audience ${audiences.join(', ')}).`,
    todo: 'Nothing has to be done. To grant it by an Api, give it one plain audience mapper and nothing else, and import again.',
  };
}
