import { ANY } from '../../../model/auth-method.ts';
import type { Delivery } from '../../../model/state.ts';
import { viewAttributes } from './attributes.ts';
import { canonicalClient } from './canonical.ts';
import { describeMapper } from './convert-scope.ts';
import { CLIENT_JWT, FEDERATED_JWT, NO_IDENTITY, NO_OTHER_SCOPES, NOTHING } from '../fields.ts';
import { NO_KEYS, allKeys, endedKeys, parseKeys, strayKeys } from './keys.ts';
import type { ClientFields, RoleNames } from '../fields.ts';
import { ATTRIBUTE, MARK, formatDeclared, formatDelivery, parseDeclared, parseSeconds } from './marks.ts';
import type { Attributes } from './marks.ts';
import { overlapMark, parseOverlapMark } from '../overlap/rotation.ts';
import type { ClientRepresentation } from './representations.ts';
import { formToAttributes, splitAttributes } from './token-attributes.ts';
import { isServersOwnMapper } from './server-mappers.ts';
import { hasRoles, NO_ROLES, roleKeys, roleNamesOf } from '../roles/role-names.ts';
import { sameJson } from '../../../model/values/json.ts';

/** The scope that Keycloak itself gives every client with a service account. */
export const SERVICE_ACCOUNT_SCOPE = 'service_account';

/** What a client's fields depend on beside its own representation. */
export interface ClientContext {
  /** The Api that a client scope belongs to, by the scope's name. */
  readonly apiOfScope: ReadonlyMap<string, string>;
  /** What the manifest declares now. */
  readonly declaredAttributes: Attributes;
  /** How often the manifest has the credential rotated; undefined: no manifest declares the client. */
  readonly rotateEvery: number | undefined;
  /** Unix seconds. */
  readonly now: number;
}

/** All that a listing says of a client: what its service account can do is asked for elsewhere. */
export function clientToFields(
  client: ClientRepresentation,
  context: ClientContext,
  { shown } = viewAttributes(client.attributes, context.declaredAttributes),
): ClientFields {
  return canonicalClient(readClientFields(client, context, shown));
}

/** Written out without spreads: one in the middle of an object costs more than everything else here. */
function readClientFields(client: ClientRepresentation, context: ClientContext, shown: Attributes): ClientFields {
  const { attributes } = client;
  const declared = parseDeclared(attributes[MARK.declared]);
  const { access, otherScopes } = scopesOf(client, context.apiOfScope);
  const form = splitAttributes(shown);
  return {
    stack: attributes[MARK.stack] ?? null,
    name: attributes[MARK.name] ?? null,
    owner: attributes[MARK.owner] ?? null,
    clientId: client.clientId,
    description: client.description,
    labels: labelsOf(attributes),
    enabled: client.enabled,
    protocol: client.protocol,
    access,
    otherScopes,
    protocolMappers: client.protocolMappers.length === 0 ? NOTHING : mappersOf(client),
    flows: {
      standard: client.standardFlowEnabled,
      implicit: client.implicitFlowEnabled,
      directAccessGrants: client.directAccessGrantsEnabled,
      serviceAccount: client.serviceAccountsEnabled,
      device: attributes[ATTRIBUTE.device] === 'true',
      ciba: attributes[ATTRIBUTE.ciba] === 'true',
      tokenExchange: attributes[ATTRIBUTE.tokenExchange] === 'true',
    },
    publicClient: client.publicClient,
    bearerOnly: client.bearerOnly,
    consentRequired: client.consentRequired,
    authorizationServices: client.authorizationServicesEnabled,
    fullScopeAllowed: client.fullScopeAllowed,
    redirectUris: client.redirectUris,
    webOrigins: client.webOrigins,
    authenticator: client.clientAuthenticatorType,
    ...authenticationOf(client, context.now),
    tokenLifetime: tokenLifetimeOf(attributes),
    senderConstrained: form.senderConstrained,
    tokenAlg: form.tokenAlg,
    tokenType: form.tokenType,
    overlap: parseOverlapMark(attributes),
    rotateEvery: rotateEveryOf(attributes, context.rotateEvery),
    attributes: form.attributes,
    serviceAccount: 'enabled',
    roles: NO_ROLES,
    roleParts: hasRoles(declared.roles) ? declared.parts : NO_ROLES,
    groups: NOTHING,
    scopeMappings: NO_ROLES,
  };
}

/** What the server itself adds is its own affair: it would be there again after every change. */
function mappersOf({ protocolMappers }: ClientRepresentation): string[] {
  const others = protocolMappers.filter((mapper) => !isServersOwnMapper(mapper));
  return others.length === 0 ? NOTHING : others.map(describeMapper).toSorted();
}

/** With what a client logs in. The keys of one that has a secret are of no use: none is declared. */
function authenticationOf(
  { clientAuthenticatorType, attributes }: ClientRepresentation,
  now: number,
): Pick<ClientFields, 'auth' | 'signingAlg' | 'identity' | 'strayKeys' | 'endedKeys'> {
  const keys = parseKeys(attributes);
  const identity = identityOf(attributes) ?? NO_IDENTITY;
  if (clientAuthenticatorType !== CLIENT_JWT) {
    const auth = clientAuthenticatorType === FEDERATED_JWT ? 'federated' : attributes[ATTRIBUTE.authMethod] || ANY;
    return { auth, signingAlg: null, identity, strayKeys: allKeys(keys), endedKeys: NOTHING };
  }
  const signingAlg = attributes[ATTRIBUTE.signingAlg] || ANY;
  return {
    auth: 'private_key_jwt',
    signingAlg,
    identity,
    strayKeys: strayKeys(keys),
    endedKeys: endedKeys(keys, now),
  };
}

/** Of a client that logs in otherwise it is of no use: none is declared. */
export function identityOf(attributes: Attributes): { readonly alias: string; readonly subject: string } | null {
  const [alias, subject] = [attributes[ATTRIBUTE.issuer] ?? '', attributes[ATTRIBUTE.subject] ?? ''];
  return alias === '' && subject === '' ? null : { alias, subject };
}

/** Seconds; null: the realm's default. What is no number stays as it is: it is never what is wanted. */
function tokenLifetimeOf(attributes: ClientRepresentation['attributes']): ClientFields['tokenLifetime'] {
  const text = attributes[ATTRIBUTE.tokenLifetime];
  if (!text) return null;
  return /^-?\d{1,10}$/.test(text) ? Number(text) : text.slice(0, MAX_UNREADABLE);
}

/** Enough to know it by. */
const MAX_UNREADABLE = 40;

/**
 * Seconds. A client that was last written before this was noted counts as one that is rotated as the manifest says: it is
 * noted with whatever is written to it next, and an upgrade is no reason to write to every client.
 */
function rotateEveryOf(attributes: ClientRepresentation['attributes'], declared: number | undefined): number | null {
  return parseSeconds(attributes[MARK.every]) ?? declared ?? null;
}

function labelsOf(attributes: Readonly<Record<string, string>>): Record<string, string> {
  const labels: [string, string][] = [];
  for (const key of Object.keys(attributes)) {
    if (key.startsWith(MARK.labelPrefix)) labels.push([key.slice(MARK.labelPrefix.length), attributes[key] ?? '']);
  }
  // A label may be called `__proto__`.
  return Object.fromEntries(labels);
}

interface Grants {
  readonly scopes: string[];
  readonly onRequest: string[];
}

function scopesOf(
  client: ClientRepresentation,
  apiOfScope: ReadonlyMap<string, string>,
): Pick<ClientFields, 'access' | 'otherScopes'> {
  // A Map, for a mark may name any Api, `__proto__` too.
  const access = new Map<string, Grants>();
  const grantsOf = (api: string): Grants => {
    const granted = access.get(api) ?? { scopes: [], onRequest: [] };
    access.set(api, granted);
    return granted;
  };
  const [otherDefault, otherOptional]: [string[], string[]] = [[], []];
  for (const scope of client.defaultClientScopes) {
    const api = apiOfScope.get(scope);
    if (api !== undefined) grantsOf(api).scopes.push(scope);
    else if (scope !== SERVICE_ACCOUNT_SCOPE) otherDefault.push(scope);
  }
  for (const scope of client.optionalClientScopes) {
    const api = apiOfScope.get(scope);
    if (api !== undefined) grantsOf(api).onRequest.push(scope);
    else if (scope !== SERVICE_ACCOUNT_SCOPE) otherOptional.push(scope);
  }
  const hasOthers = otherDefault.length + otherOptional.length > 0;
  return {
    access: Object.fromEntries(access),
    otherScopes: hasOthers ? { default: otherDefault, optional: otherOptional } : NO_OTHER_SCOPES,
  };
}

/** Everything that a client is at Keycloak beside its roles, as POST and PUT take it. */
export function fieldsToClient(fields: ClientFields): Record<string, unknown> {
  return {
    clientId: fields.clientId,
    description: fields.description,
    enabled: fields.enabled,
    protocol: fields.protocol,
    standardFlowEnabled: fields.flows.standard,
    implicitFlowEnabled: fields.flows.implicit,
    directAccessGrantsEnabled: fields.flows.directAccessGrants,
    serviceAccountsEnabled: fields.flows.serviceAccount,
    publicClient: fields.publicClient,
    bearerOnly: fields.bearerOnly,
    consentRequired: fields.consentRequired,
    authorizationServicesEnabled: fields.authorizationServices,
    fullScopeAllowed: fields.fullScopeAllowed,
    redirectUris: fields.redirectUris,
    webOrigins: fields.webOrigins,
    clientAuthenticatorType: fields.authenticator,
  };
}

/** The attributes that carry fields, as Keycloak takes them; `''` stands for one that must go. */
export function fieldsToAttributes(fields: ClientFields, before?: ClientFields): Record<string, string> {
  const form = formToAttributes(fields);
  const formBefore = before === undefined ? {} : formToAttributes(before);
  const attributes: Record<string, string> = {
    ...Object.fromEntries(keysWithout(formBefore, form).map((key) => [key, ''])),
    ...form,
    ...Object.fromEntries(keysWithout(before?.labels ?? {}, fields.labels).map((key) => [MARK.labelPrefix + key, ''])),
    ...Object.fromEntries(keysWithout(before?.attributes ?? {}, fields.attributes).map((key) => [key, ''])),
    ...Object.fromEntries(Object.entries(fields.labels).map(([key, value]) => [MARK.labelPrefix + key, value])),
    ...fields.attributes,
    [MARK.stack]: fields.stack ?? '',
    [MARK.name]: fields.name ?? '',
    [MARK.owner]: fields.owner ?? '',
    ...(fields.rotateEvery === null ? {} : { [MARK.every]: String(fields.rotateEvery) }),
    [MARK.declared]: formatDeclared(
      fields.attributes,
      allRoles(fields),
      hasRoles(fields.roles) ? fields.roleParts : NO_ROLES,
    ),
    ...authenticationToAttributes(fields, before),
    [ATTRIBUTE.device]: String(fields.flows.device),
    [ATTRIBUTE.ciba]: String(fields.flows.ciba),
    [ATTRIBUTE.tokenExchange]: String(fields.flows.tokenExchange),
  };
  if (fields.overlap !== null) attributes[MARK.rotation] = overlapMark(fields.stack ?? '', fields.overlap);
  else if (before !== undefined && before.overlap !== null) attributes[MARK.rotation] = '';
  if (fields.tokenLifetime !== null) attributes[ATTRIBUTE.tokenLifetime] = String(fields.tokenLifetime);
  else if (before !== undefined && before.tokenLifetime !== null) attributes[ATTRIBUTE.tokenLifetime] = '';
  return attributes;
}

/** Those of the account and of the scope, which are the same of nearly all clients. */
function allRoles({ roles, scopeMappings }: ClientFields): RoleNames {
  return sameJson(roles, scopeMappings) ? roles : roleNamesOf([...roleKeys(roles), ...roleKeys(scopeMappings)]);
}

/** Keys are written by themselves; a client that is to have none loses them. */
function authenticationToAttributes(fields: ClientFields, before: ClientFields | undefined): Record<string, string> {
  const identity = identityToAttributes(fields, before);
  if (fields.authenticator === CLIENT_JWT) {
    const alg = fields.signingAlg === ANY ? '' : (fields.signingAlg ?? '');
    return { ...identity, [ATTRIBUTE.authMethod]: '', [ATTRIBUTE.signingAlg]: alg };
  }
  const hadKeys = before !== undefined && (before.authenticator === CLIENT_JWT || before.strayKeys.length > 0);
  const losesKeys = hadKeys && fields.strayKeys.length === 0;
  const method = fields.authenticator === FEDERATED_JWT || fields.auth === ANY ? '' : fields.auth;
  return { ...(losesKeys ? NO_KEYS : {}), ...identity, [ATTRIBUTE.authMethod]: method };
}

function identityToAttributes({ identity }: ClientFields, before: ClientFields | undefined): Record<string, string> {
  if ('alias' in identity) return { [ATTRIBUTE.issuer]: identity.alias, [ATTRIBUTE.subject]: identity.subject };
  return before !== undefined && 'alias' in before.identity ? { [ATTRIBUTE.issuer]: '', [ATTRIBUTE.subject]: '' } : {};
}

function keysWithout(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): string[] {
  return Object.keys(left).filter((key) => !Object.hasOwn(right, key));
}

/** The marks of a delivered secret that the caller chose: Keycloak itself notes no time for such a one. */
export function deliveryToAttributes(delivery: Delivery): Record<string, string> {
  const { rotateEvery } = delivery;
  const every = rotateEvery === undefined ? {} : { [MARK.every]: String(rotateEvery) };
  return { [MARK.delivered]: formatDelivery(delivery), ...every };
}

/** Client scopes of a client. */
export interface AssignedScopes {
  readonly default: readonly string[];
  readonly optional: readonly string[];
}

/** Those in a client's fields. */
export function assignedScopes(fields: ClientFields): AssignedScopes {
  const access = Object.values(fields.access);
  return {
    default: [...access.flatMap(({ scopes }) => scopes), ...fields.otherScopes.default],
    optional: [...access.flatMap(({ onRequest }) => onRequest), ...fields.otherScopes.optional],
  };
}
