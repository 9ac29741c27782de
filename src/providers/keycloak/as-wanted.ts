import { isJsonList, isJsonObject } from '../../model/json.ts';
import type { Json } from '../../model/json.ts';
import type { Fields } from '../../model/state.ts';
import { isInOrder } from '../../model/in-order.ts';
import { textOrNull } from './canonical.ts';
import { SERVICE_ACCOUNT_SCOPE, authOf, tokenLifetimeOf } from './convert.ts';
import type { ClientContext } from './convert.ts';
import { NO_OTHER_SCOPES, NO_USER_FLOWS, NOTHING } from './fields.ts';
import { ATTRIBUTE, MARK, parseDeclared } from './marks.ts';
import type { ClientRepresentation } from './representations.ts';
import { NO_ROLES } from './role-names.ts';
import { parseOverlapMark } from './rotation.ts';

/**
 * Whether a client without roles is all that its fields are to be, told without making its own, which takes several times as
 * long: of thousands nearly all are. False where that cannot be told; then `clientToFields` and a comparison do. A law holds
 * it to these two. The lists of what is wanted are sorted, as in every projection.
 */
export function isAsWanted(
  client: ClientRepresentation,
  wanted: Fields,
  { apiOfScope, declaredAttributes }: Pick<ClientContext, 'apiOfScope' | 'declaredAttributes'>,
): boolean {
  const { attributes } = client;
  return (
    attributes[MARK.stack] === wanted['stack'] &&
    attributes[MARK.name] === wanted['name'] &&
    textOrNull(attributes[MARK.owner]) === wanted['owner'] &&
    client.clientId === wanted['clientId'] &&
    client.description === wanted['description'] &&
    client.enabled === wanted['enabled'] &&
    client.publicClient === wanted['publicClient'] &&
    client.bearerOnly === wanted['bearerOnly'] &&
    client.consentRequired === wanted['consentRequired'] &&
    client.authorizationServicesEnabled === wanted['authorizationServices'] &&
    client.fullScopeAllowed === wanted['fullScopeAllowed'] &&
    client.clientAuthenticatorType === wanted['authenticator'] &&
    authOf(attributes) === wanted['auth'] &&
    tokenLifetimeOf(attributes) === wanted['tokenLifetime'] &&
    parseOverlapMark(attributes) === wanted['overlap'] &&
    wanted['flows'] === NO_USER_FLOWS &&
    hasNoUserFlows(client) &&
    wanted['protocolMappers'] === NOTHING &&
    wanted['redirectUris'] === NOTHING &&
    wanted['webOrigins'] === NOTHING &&
    client.protocolMappers.length + client.redirectUris.length + client.webOrigins.length === 0 &&
    wanted['roles'] === NO_ROLES &&
    wanted['scopeMappings'] === NO_ROLES &&
    declaredAttributes.length + parseDeclared(attributes[MARK.declared]).attributes.length === 0 &&
    isEmpty(wanted['attributes']) &&
    hasLabels(attributes, wanted['labels']) &&
    wanted['otherScopes'] === NO_OTHER_SCOPES &&
    hasAccess(client, wanted['access'], apiOfScope)
  );
}

function hasNoUserFlows(client: ClientRepresentation): boolean {
  const { attributes } = client;
  return (
    client.serviceAccountsEnabled &&
    !client.standardFlowEnabled &&
    !client.implicitFlowEnabled &&
    !client.directAccessGrantsEnabled &&
    attributes[ATTRIBUTE.device] !== 'true' &&
    attributes[ATTRIBUTE.ciba] !== 'true' &&
    attributes[ATTRIBUTE.tokenExchange] !== 'true'
  );
}

function isEmpty(value: Json | undefined): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}

function hasLabels(attributes: ClientRepresentation['attributes'], wanted: Json | undefined): boolean {
  if (!isJsonObject(wanted)) return false;
  let left = Object.keys(wanted).length;
  for (const key of Object.keys(attributes)) {
    if (!key.startsWith(MARK.labelPrefix)) continue;
    const label = key.slice(MARK.labelPrefix.length);
    if (!Object.hasOwn(wanted, label) || wanted[label] !== attributes[key]) return false;
    left -= 1;
  }
  return left === 0;
}

/** Every scope that it has is wanted there, none is of no Api, and there are as many: none of the lists names one twice. */
function hasAccess(
  client: ClientRepresentation,
  wanted: Json | undefined,
  apiOfScope: ClientContext['apiOfScope'],
): boolean {
  if (!isJsonObject(wanted)) return false;
  let left = 0;
  for (const api of Object.keys(wanted)) {
    const count = lengthOf(listIn(wanted, api, 'scopes')) + lengthOf(listIn(wanted, api, 'onRequest'));
    // What grants nothing is no part of what a client has.
    if (count === 0) return false;
    left += count;
  }
  for (const kind of ['scopes', 'onRequest'] as const) {
    const names = kind === 'scopes' ? client.defaultClientScopes : client.optionalClientScopes;
    if (!isInOrder(names)) return false;
    for (const name of names) {
      const api = apiOfScope.get(name);
      if (api === undefined) {
        if (name !== SERVICE_ACCOUNT_SCOPE) return false;
      } else {
        if (listIn(wanted, api, kind)?.includes(name) !== true) return false;
        left -= 1;
      }
    }
  }
  return left === 0;
}

function listIn(wanted: Fields, api: string, kind: 'scopes' | 'onRequest'): readonly Json[] | undefined {
  const granted = Object.hasOwn(wanted, api) ? wanted[api] : undefined;
  const list = isJsonObject(granted) ? granted[kind] : undefined;
  return isJsonList(list) ? list : undefined;
}

function lengthOf(list: readonly Json[] | undefined): number {
  return list?.length ?? 0;
}
