/** Puts a made realm into a server, and asks for the tokens of its clients. */
import { generateKeyPair, exportJWK } from 'jose';
import type { CryptoKey } from 'jose';
import pLimit from 'p-limit';
import type { OidcIssuer } from '../servers/oidc-issuer.ts';
import type { TestRealm } from '../servers/realm.ts';
import type { MadeClient, MadeLogin, MadeRealm } from './made-realm.ts';

/** The alias of the identity provider of workloads. */
export const ISSUER_ALIAS = 'workloads';

/** A client that is there, and with what it logs in. */
export interface PlantedClient {
  readonly made: MadeClient;
  /** Keycloak's own id. */
  readonly id: string;
  readonly secrets: { readonly present: string; readonly previous?: string } | undefined;
  /** The private half of its key. */
  readonly key: CryptoKey | undefined;
}

const IN_FLIGHT = 8;

export async function plantRealm(
  realm: TestRealm,
  made: MadeRealm,
  issuer: OidcIssuer | undefined,
): Promise<PlantedClient[]> {
  await plantRotation(realm);
  if (issuer !== undefined) await plantIssuer(realm, issuer);
  const roleIds = await plantRoles(realm, made);
  const groupIds = await plantGroups(realm, made, roleIds);
  for (const scope of made.scopes) {
    const { id } = await realm.admin.clientScopes.create({ ...copy(scope), protocol: 'openid-connect' });
    if (scope.roles.length > 0)
      await realm.admin.clientScopes.addRealmScopeMappings({ id }, rolesOf(scope.roles, roleIds));
  }
  const limit = pLimit(IN_FLIGHT);
  return Promise.all(made.clients.map((client) => limit(() => plantClient(realm, client, { roleIds, groupIds }))));
}

type Ids = ReadonlyMap<string, string>;

function copy({ name, description, attributes, protocolMappers }: MadeRealm['scopes'][number]): {
  name: string;
  description: string;
  attributes: Record<string, string>;
  protocolMappers: { name: string; protocol: string; protocolMapper: string; config: Record<string, string> }[];
} {
  const mappers = protocolMappers.map((mapper) => ({ ...mapper, config: { ...mapper.config } }));
  return { name, description, attributes: { ...attributes }, protocolMappers: mappers };
}

/** Clients with this attribute keep their previous secret for a day. */
const ROTATED = { 'rotated-by': 'ops' };

async function plantRotation({ admin: { clientPolicies } }: TestRealm): Promise<void> {
  const name = 'rotation of ops';
  const configuration = {
    'expiration-period': 2_505_600,
    'rotated-expiration-period': 86_400,
    'remaining-rotation-period': 1,
  };
  await clientPolicies.createProfiles({
    profiles: [{ name, executors: [{ executor: 'secret-rotation', configuration }] }],
  });
  const attributes = JSON.stringify(Object.entries(ROTATED).map(([key, value]) => ({ key, value })));
  const conditions = [{ condition: 'client-attributes', configuration: { attributes, 'is-negative-logic': false } }];
  await clientPolicies.updatePolicy({ policies: [{ name, enabled: true, conditions, profiles: [name] }] });
}

async function plantIssuer({ admin }: TestRealm, { issuer, jwksUrl }: OidcIssuer): Promise<void> {
  await admin.identityProviders.create({
    alias: ISSUER_ALIAS,
    providerId: 'oidc',
    enabled: true,
    config: {
      issuer,
      jwksUrl,
      useJwksUrl: 'true',
      validateSignature: 'true',
      supportsClientAssertions: 'true',
      clientId: 'unused',
      clientSecret: 'unused',
      authorizationUrl: issuer,
      tokenUrl: issuer,
    },
  });
}

async function plantRoles({ admin }: TestRealm, { realmRoles }: MadeRealm): Promise<Ids> {
  const ids = new Map<string, string>();
  for (const { name, holds } of realmRoles) {
    await admin.roles.create({ name });
    const { id = '' } = (await admin.roles.findOneByName({ name })) ?? {};
    ids.set(name, id);
    if (holds.length > 0) await admin.roles.createComposite({ roleId: id }, rolesOf(holds, ids));
  }
  return ids;
}

function rolesOf(names: readonly string[], ids: Ids): { id: string; name: string }[] {
  return names.map((name) => ({ id: ids.get(name) ?? '', name }));
}

async function plantGroups({ admin }: TestRealm, { groups }: MadeRealm, roleIds: Ids): Promise<Ids> {
  const ids = new Map<string, string>();
  for (const { name, realmRoles } of groups) {
    const { id } = await admin.groups.create({ name });
    ids.set(name, id);
    await admin.groups.addRealmRoleMappings({ id, roles: rolesOf(realmRoles, roleIds) });
  }
  return ids;
}

async function plantClient(
  { admin }: TestRealm,
  made: MadeClient,
  { roleIds, groupIds }: { readonly roleIds: Ids; readonly groupIds: Ids },
): Promise<PlantedClient> {
  const { clientId, representation, attributes, defaultScopes, optionalScopes, isEnabled } = made;
  const { login, key } = await loginOf(made.login);
  const { id } = await admin.clients.create({
    clientId,
    ...login,
    ...representation,
    enabled: isEnabled,
    attributes: { ...login.attributes, ...(isRotated(made) ? ROTATED : {}), ...attributes },
    defaultClientScopes: [...defaultScopes],
    optionalClientScopes: [...optionalScopes],
  });
  if (made.scopeMappings.length > 0) {
    await admin.clients.addRealmScopeMappings({ id }, rolesOf(made.scopeMappings, roleIds));
  }
  if (made.roles.length + made.groups.length > 0) {
    const { id: user = '' } = await admin.clients.getServiceAccountUser({ id });
    if (made.roles.length > 0)
      await admin.users.addRealmRoleMappings({ id: user, roles: rolesOf(made.roles, roleIds) });
    for (const group of made.groups) await admin.users.addToGroup({ id: user, groupId: groupIds.get(group) ?? '' });
  }
  return { made, id, key, secrets: await secretsOf({ admin }, made, id) };
}

function isRotated({ login }: MadeClient): boolean {
  return login.kind === 'secret' && login.isRotated;
}

async function secretsOf(
  { admin }: Pick<TestRealm, 'admin'>,
  { login }: MadeClient,
  id: string,
): Promise<PlantedClient['secrets']> {
  if (login.kind !== 'secret') return undefined;
  if (!login.isRotated) return { present: login.secret };
  const { value = '' } = await admin.clients.generateNewClientSecret({ id });
  return { present: value, previous: login.secret };
}

interface PlantedLogin {
  readonly login: { clientAuthenticatorType: string; secret?: string; attributes: Record<string, string> };
  readonly key: CryptoKey | undefined;
}

async function loginOf(login: MadeLogin): Promise<PlantedLogin> {
  switch (login.kind) {
    case 'secret': {
      const attributes = boundTo(login);
      return { login: { clientAuthenticatorType: 'client-secret', secret: login.secret, attributes }, key: undefined };
    }
    case 'key': {
      const { publicKey, privateKey } = await generateKeyPair(login.alg, { extractable: true });
      const jwk = { ...(await exportJWK(publicKey)), kid: 'by-hand', alg: login.alg, use: 'sig' };
      const attributes = {
        'use.jwks.string': 'true',
        'jwks.string': JSON.stringify({ keys: [jwk] }),
        ...(login.isBound ? { 'token.endpoint.auth.signing.alg': login.alg } : {}),
      };
      return { login: { clientAuthenticatorType: 'client-jwt', attributes }, key: privateKey };
    }
    case 'workload': {
      const attributes = { 'jwt.credential.issuer': ISSUER_ALIAS, 'jwt.credential.sub': login.subject };
      return { login: { clientAuthenticatorType: 'federated-jwt', attributes }, key: undefined };
    }
    default:
      return login satisfies never;
  }
}

type SecretLogin = Extract<MadeLogin, { kind: 'secret' }>;

function boundTo({ by, isBound }: SecretLogin): Record<string, string> {
  return isBound ? { 'client.secret.authentication.allowed.method': `client_secret_${by}` } : {};
}
