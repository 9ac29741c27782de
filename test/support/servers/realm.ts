/** A realm of its own for each test file. */
import { randomBytes } from 'node:crypto';
import KeycloakAdminClient from '@keycloak/keycloak-admin-client';

export interface KeycloakServer {
  readonly url: string;
  /** Administrator of the realm `master`. */
  readonly username: string;
  readonly password: string;
  /** Such as `26.7.4`. */
  readonly version: string;
}

export interface ServiceAccount {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface TestRealm {
  readonly name: string;
  /** Base URL of the server. */
  readonly url: string;
  readonly tokenUrl: string;
  /** Administrator of the whole server, working in this realm. */
  readonly admin: KeycloakAdminClient;
  /** A confidential client whose service account holds exactly these roles of `realm-management`. */
  serviceAccount(roles: readonly string[], clientId?: string): Promise<ServiceAccount>;
  remove(): Promise<void>;
}

/** The server's administrator; its token lasts for an hour. */
export async function adminClient(
  server: Omit<KeycloakServer, 'version'>,
  realm = 'master',
): Promise<KeycloakAdminClient> {
  const admin = new KeycloakAdminClient({ baseUrl: server.url, realmName: 'master' });
  await admin.auth({
    grantType: 'password',
    clientId: 'admin-cli',
    username: server.username,
    password: server.password,
  });
  admin.setConfig({ realmName: realm });
  return admin;
}

/** `settings` are those of the realm, such as `{ accessTokenLifespan: 60 }`. */
export async function createRealm(
  server: KeycloakServer,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<TestRealm> {
  const name = `test-${randomBytes(5).toString('hex')}`;
  const master = await adminClient(server);
  await master.realms.create({ ...settings, realm: name, enabled: true });
  const admin = await adminClient(server, name); // a token of before knows no rights in the new realm
  return {
    name,
    url: server.url,
    tokenUrl: `${server.url}/realms/${name}/protocol/openid-connect/token`,
    admin,
    serviceAccount: (roles, clientId) => createServiceAccount(admin, roles, clientId),
    remove: () => admin.realms.del({ realm: name }),
  };
}

async function createServiceAccount(
  admin: KeycloakAdminClient,
  roles: readonly string[],
  clientId = `account-${randomBytes(4).toString('hex')}`,
): Promise<ServiceAccount> {
  const clientSecret = randomBytes(24).toString('base64url');
  const { id } = await admin.clients.create({
    clientId,
    secret: clientSecret,
    publicClient: false,
    serviceAccountsEnabled: true,
    standardFlowEnabled: false,
    directAccessGrantsEnabled: false,
  });
  if (roles.length > 0) {
    const user = await admin.clients.getServiceAccountUser({ id });
    const [management] = await admin.clients.find({ clientId: 'realm-management' });
    const known = await admin.clients.listRoles({ id: management?.id ?? '' });
    const wanted = roles.map((name) => {
      const role = known.find((one) => one.name === name);
      if (role?.id === undefined) throw new Error(`realm-management has no role ${name}`);
      return { id: role.id, name };
    });
    await admin.users.addClientRoleMappings({
      id: user.id ?? '',
      clientUniqueId: management?.id ?? '',
      roles: wanted,
    });
  }
  return { clientId, clientSecret };
}
