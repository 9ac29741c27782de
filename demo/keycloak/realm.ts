import KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { GrantryError } from '../../src/model/errors.ts';
import { ADMIN, randomPassword } from './keycloak-settings.ts';
import type { StartedKeycloak } from '../setting.ts';
import type { DemoTarget } from '../workplace.ts';

/** What grantry's own service account may do in the realm, and all of it. */
export const GRANTRY_ROLES: readonly string[] = ['manage-clients', 'manage-users', 'manage-realm'];

/** Makes the realm of a target and grantry's own client in it; returns that client's secret. */
export async function makeRealm(
  keycloak: StartedKeycloak,
  { realm, clientId }: Pick<DemoTarget, 'realm' | 'clientId'>,
): Promise<string> {
  return orFail(`the realm ${realm} cannot be made`, async () => {
    await (await administrator(keycloak)).realms.create({ realm, enabled: true });
    // A token of before knows no rights in the new realm.
    const admin = await administrator(keycloak, realm);
    const secret = randomPassword();
    const { id } = await admin.clients.create({
      clientId,
      secret,
      description: 'With this client grantry plans and applies',
      publicClient: false,
      serviceAccountsEnabled: true,
      standardFlowEnabled: false,
      directAccessGrantsEnabled: false,
    });
    await giveRights(admin, id);
    return secret;
  });
}

async function giveRights(admin: KeycloakAdminClient, id: string): Promise<void> {
  const user = await admin.clients.getServiceAccountUser({ id });
  const [management] = await admin.clients.find({ clientId: 'realm-management' });
  const clientUniqueId = management?.id ?? '';
  const roles = (await admin.clients.listRoles({ id: clientUniqueId })).flatMap((role) =>
    role.id !== undefined && role.name !== undefined && GRANTRY_ROLES.includes(role.name)
      ? [{ id: role.id, name: role.name }]
      : [],
  );
  await admin.users.addClientRoleMappings({ id: user.id ?? '', clientUniqueId, roles });
}

/** What somebody does by hand: opens the client for passwords, gives it a scope, regenerates its secret. */
export async function driftByHand(keycloak: StartedKeycloak, realm: string, clientId: string): Promise<void> {
  await orFail(`the client ${clientId} cannot be changed by hand`, async () => {
    const admin = await administrator(keycloak, realm);
    const [client] = await admin.clients.find({ clientId });
    const id = client?.id ?? '';
    await admin.clients.update({ id }, { directAccessGrantsEnabled: true });
    const scope = (await admin.clientScopes.find()).find(({ name }) => name === FOREIGN_SCOPE);
    await admin.clients.addDefaultClientScope({ id, clientScopeId: scope?.id ?? '' });
    await admin.clients.generateNewClientSecret({ id });
  });
}

/** A scope that every realm has, and that no manifest grants. */
export const FOREIGN_SCOPE = 'profile';

/** What the administrator of the server can do in a realm. */
export async function administrator(
  { url, adminPassword }: StartedKeycloak,
  realm = 'master',
): Promise<KeycloakAdminClient> {
  const admin = new KeycloakAdminClient({ baseUrl: url, realmName: 'master' });
  await admin.auth({ grantType: 'password', clientId: 'admin-cli', username: ADMIN, password: adminPassword });
  admin.setConfig({ realmName: realm });
  return admin;
}

/** Errors of the admin client quote requests and answers, which hold secrets. */
export async function orFail<T>(message: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown error';
    throw new GrantryError('FAILED', `${message} (${name})`, { cause: error });
  }
}
