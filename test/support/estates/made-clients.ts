import type { Chance } from './chance.ts';
import type { MadeClient, MadeLogin, MadeMapper, MadeScope } from './made-realm.ts';
import { claimMapper } from './made-scopes.ts';
import { clientIdAt, oddDescription } from './odd-names.ts';

/** What every client of a realm can be given. */
export interface ClientPools {
  readonly scopes: readonly MadeScope[];
  /** Plain roles, and composites of them. */
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** Whether an issuer of workloads is there. */
  readonly hasIssuer: boolean;
}

/** What the admin console gives every client. */
const CONSOLE_DEFAULTS = ['acr', 'basic', 'email', 'profile', 'roles', 'web-origins'];
const CONSOLE_OPTIONALS = ['address', 'microprofile-jwt', 'offline_access', 'phone'];

const M2M = {
  enabled: true,
  publicClient: false,
  serviceAccountsEnabled: true,
  standardFlowEnabled: false,
  directAccessGrantsEnabled: false,
  fullScopeAllowed: false,
};

/** One client in so many is such as no manifest can say. */
const SHARE_OF_STRANGE = 25;

export function makeClient(chance: Chance, index: number, pools: ClientPools): MadeClient {
  const plain = rotated(makePlainClient(chance, index, pools));
  return chance.percent(SHARE_OF_STRANGE) ? makeStrange(chance, plain, pools) : plain;
}

/** One that manifests can say. */
export function makePlainClient(chance: Chance, index: number, pools: ClientPools): MadeClient {
  const [always, onRequest] = [new Array<string>(), new Array<string>()];
  const isOfConsole = chance.percent(50);
  for (const { name } of chance.some(pools.scopes, 20)) (chance.percent(60) ? always : onRequest).push(name);
  const roles = chance.percent(30) ? chance.some(pools.roles, 50) : [];
  const hasRolesScope = isOfConsole || roles.length > 0 || chance.percent(20);
  return {
    clientId: clientIdAt(chance, index),
    representation: { ...M2M, description: oddDescription(chance) },
    attributes: { ...lifetimeOf(chance), ...notesOf(chance), ...formOf(chance) },
    login: loginOf(chance, index, pools),
    defaultScopes: [...always, ...(isOfConsole ? CONSOLE_DEFAULTS : hasRolesScope ? ['roles'] : [])],
    optionalScopes: [...onRequest, ...(isOfConsole ? CONSOLE_OPTIONALS : [])],
    roles,
    scopeMappings: chance.percent(70) ? roles : chance.some(pools.roles, 30),
    groups: [],
    isEnabled: !chance.percent(8),
    leftOutFor: undefined,
  };
}

/** Nobody knows whether the policy that keeps its previous secret still does after a write. */
function rotated(client: MadeClient): MadeClient {
  const { login } = client;
  return login.kind === 'secret' && login.isRotated ? { ...client, leftOutFor: 'previous-secret' } : client;
}

function lifetimeOf(chance: Chance): Record<string, string> {
  return chance.percent(35) ? { 'access.token.lifespan': chance.pick(['60', '300', '330', '3600']) } : {};
}

/** What people and old consoles leave behind; the last changes what the server does, for all that grantry knows. */
function notesOf(chance: Chance): Record<string, string> {
  return {
    ...(chance.percent(60) ? { team: chance.pick(['checkout', 'Team Logistik', 'data']) } : {}),
    ...(chance.percent(30)
      ? { 'backchannel.logout.session.required': 'true', 'oauth2.device.polling.interval': '5' }
      : {}),
    ...(chance.percent(20) ? { 'x-routing': 'eu # west', 'cost-center': '0815' } : {}),
  };
}

function formOf(chance: Chance): Record<string, string> {
  return {
    ...(chance.percent(10) ? { 'access.token.signed.response.alg': chance.pick(['RS256', 'RS512']) } : {}),
    ...(chance.percent(10) ? { 'access.token.header.type.rfc9068': chance.pick(['true', 'false']) } : {}),
    ...(chance.percent(6) ? { 'dpop.bound.access.tokens': 'true' } : {}),
  };
}

function loginOf(chance: Chance, index: number, { hasIssuer }: ClientPools): MadeLogin {
  const secret = `hand-made-${index}-${chance.between(1e8, 1e9)}`;
  const isBound = chance.percent(40);
  if (chance.percent(12)) return { kind: 'key', alg: chance.pick(['RS256', 'ES256', 'EdDSA']), isBound };
  if (hasIssuer && chance.percent(8)) return { kind: 'workload', subject: `repo:acme/app-${index}:environment:prod` };
  return { kind: 'secret', by: chance.pick(['basic', 'post']), secret, isBound, isRotated: chance.percent(15) };
}

const OWN_MAPPER: MadeMapper = claimMapper('own', 'made for one client');

type Strange = readonly [reason: string, representation: Record<string, unknown>, attributes?: Record<string, string>];

const STRANGE = [
  ['mixed', { standardFlowEnabled: true, redirectUris: ['https://app.example/*'] }],
  ['mixed', { directAccessGrantsEnabled: true }],
  ['mixed', { webOrigins: ['+'] }],
  ['full-scope-allowed', { fullScopeAllowed: true }],
  ['client-mappers', { protocolMappers: [OWN_MAPPER] }],
  ['authorization-services', { authorizationServicesEnabled: true }],
  ['consent-required', { consentRequired: true }],
  ['device-flow', {}, { 'oauth2.device.authorization.grant.enabled': 'true' }],
  ['token-exchange', {}, { 'standard.token.exchange.enabled': 'true' }],
  ['attributes', {}, { 'deploy-password': 'hunter2-of-the-deploy' }],
  ['attributes', {}, { 'client_credentials.use_refresh_token': 'true' }],
  ['token-lifetime', {}, { 'access.token.lifespan': '-1' }],
  ['other-authenticator', { clientAuthenticatorType: 'client-secret-jwt' }],
] as const satisfies readonly [Strange, ...Strange[]];

function makeStrange(chance: Chance, plain: MadeClient, { groups }: ClientPools): MadeClient {
  if (groups.length > 0 && chance.percent(15)) return { ...plain, groups, leftOutFor: plain.leftOutFor ?? 'groups' };
  const [reason, representation, attributes = {}]: Strange = chance.pick<Strange>(STRANGE);
  return {
    ...plain,
    representation: { ...plain.representation, ...representation },
    attributes: { ...plain.attributes, ...attributes },
    // What says how it logs in is only in the way of what is strange.
    login: { kind: 'secret', by: 'post', secret: `strange ${plain.clientId}`, isBound: false, isRotated: false },
    leftOutFor: reason,
  };
}
