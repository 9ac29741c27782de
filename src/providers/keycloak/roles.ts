import type { DesiredClient } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';
import type { KeycloakApi } from './api.ts';
import type { RoleNames } from './fields.ts';
import { MARK, parseDeclared } from './marks.ts';
import { statusOf } from './refusal.ts';
import { mappingsRepresentation } from './representations.ts';
import type { ClientRepresentation } from './representations.ts';
import { roleKeys, roleNamesOf, sameRole } from './role-names.ts';
import type { RoleKey } from './role-names.ts';

/** A client whose roles must be read, with the roles that matter: declared now, or when it was last applied. */
export interface RoleQuestion {
  readonly client: ClientRepresentation;
  readonly relevant: readonly RoleKey[];
}

export interface RoleAnswer {
  readonly roles: RoleNames;
  readonly scopeMappings: RoleNames;
}

/** The roles of a client that matter: those that it is to have, and those that it had when it was last applied. */
export function rolesOfInterest({ attributes }: ClientRepresentation, desired: DesiredClient | undefined): RoleKey[] {
  const wanted = desired === undefined ? [] : roleKeys(desired.keycloak.serviceAccountRoles);
  return [...wanted, ...roleKeys(parseDeclared(attributes[MARK.declared]).roles)];
}

const USERS_PER_PAGE = 100;

/**
 * Which of the relevant roles each client's service account holds, and all its scope mappings, by the client's id.
 * Holders are read client by client or role by role, whichever takes fewer requests.
 */
export async function readRoles(
  api: KeycloakApi,
  questions: readonly RoleQuestion[],
  idOfClient: ReadonlyMap<string, string>,
): Promise<Map<string, RoleAnswer>> {
  const holders = await readHolders(api, questions, idOfClient);
  const answers = await Promise.all(
    questions.map(async (question): Promise<[string, RoleAnswer]> => {
      const { client, relevant } = question;
      const held = await holders(question);
      const roles = roleNamesOf(relevant.filter((role) => held.some((other) => sameRole(role, other))));
      return [client.id, { roles, scopeMappings: await readScopeMappings(api, client) }];
    }),
  );
  return new Map(answers);
}

type Holders = (question: RoleQuestion) => Promise<readonly RoleKey[]>;

async function readHolders(
  api: KeycloakApi,
  questions: readonly RoleQuestion[],
  idOfClient: ReadonlyMap<string, string>,
): Promise<Holders> {
  const distinct = distinctRoles(questions);
  const pagesPerRole = 1 + Math.floor(questions.length / USERS_PER_PAGE);
  if (distinct.length * pagesPerRole < 2 * questions.length) {
    try {
      return await readHoldersByRole(api, distinct, idOfClient);
    } catch (error) {
      // From the side of the roles it takes view-realm too, which an account need not have.
      if (!(error instanceof GrantryError && error.code === 'NOT_ALLOWED')) throw error;
    }
  }
  return (question) => readHeldRoles(api, question, idOfClient);
}

function distinctRoles(questions: readonly RoleQuestion[]): RoleKey[] {
  return roleKeys(roleNamesOf(questions.flatMap(({ relevant }) => relevant)));
}

async function readHoldersByRole(
  api: KeycloakApi,
  roles: readonly RoleKey[],
  idOfClient: ReadonlyMap<string, string>,
): Promise<Holders> {
  const held = new Map<string, RoleKey[]>();
  await Promise.all(
    roles.map(async (role) => {
      for (const username of await listHolders(api, role, idOfClient)) {
        held.set(username, [...(held.get(username) ?? []), role]);
      }
    }),
  );
  return async ({ client }) => held.get(`service-account-${client.clientId.toLowerCase()}`) ?? [];
}

async function listHolders(
  api: KeycloakApi,
  { client: owner, name }: RoleKey,
  idOfClient: ReadonlyMap<string, string>,
): Promise<string[]> {
  const call = { about: `list the holders of role ${name}`, needs: 'view-users and view-realm', idempotent: true };
  const usernames: string[] = [];
  for (let first = 0; ; first += USERS_PER_PAGE) {
    const query = { first, max: USERS_PER_PAGE, briefRepresentation: true };
    const page = await api.call(call, async (admin) => {
      const id = owner === undefined ? undefined : idOfClient.get(owner);
      if (owner === undefined) return admin.roles.findUsersWithRole({ name, ...query }).catch(noneIfMissing);
      return id === undefined
        ? []
        : admin.clients.findUsersWithRole({ id, roleName: name, ...query }).catch(noneIfMissing);
    });
    usernames.push(...page.flatMap(({ username }) => username ?? []));
    if (page.length < USERS_PER_PAGE) return usernames;
  }
}

/** A role that does not exist has no holders; apply says so when it is to be assigned. */
function noneIfMissing(error: unknown): [] {
  if (statusOf(error) === 404) return [];
  throw error;
}

/** Asks per owner of roles: the listing of all at once leaves realm roles out, without a word, for want of view-realm. */
async function readHeldRoles(
  api: KeycloakApi,
  { client, relevant }: RoleQuestion,
  idOfClient: ReadonlyMap<string, string>,
): Promise<RoleKey[]> {
  // Only a client with a service account can hold roles.
  if (!client.serviceAccountsEnabled) return [];
  const id = await readServiceAccountId(api, client);
  const call = { about: `read the roles of client ${client.clientId}`, needs: 'view-users', idempotent: true };
  const owners = [...new Set(relevant.map((role) => role.client))];
  const held = await Promise.all(
    owners.map(async (owner): Promise<RoleKey[]> => {
      const clientUniqueId = owner === undefined ? undefined : idOfClient.get(owner);
      if (owner !== undefined && clientUniqueId === undefined) return [];
      const roles = await api.call(call, (admin) =>
        clientUniqueId === undefined
          ? admin.users.listRealmRoleMappings({ id })
          : admin.users.listClientRoleMappings({ id, clientUniqueId }),
      );
      return roles.flatMap(({ name }) => (name === undefined ? [] : [{ client: owner, name }]));
    }),
  );
  return held.flat();
}

async function readScopeMappings(api: KeycloakApi, client: ClientRepresentation): Promise<RoleNames> {
  const call = {
    about: `read the scope mappings of client ${client.clientId}`,
    needs: 'view-clients',
    idempotent: true,
  };
  return roleNamesOf(toKeys(await api.call(call, (admin) => admin.clients.listScopeMappings({ id: client.id }))));
}

function toKeys(answer: unknown): RoleKey[] {
  const { realmMappings, clientMappings } = mappingsRepresentation.parse(answer);
  return [
    ...realmMappings.map(({ name }) => ({ client: undefined, name })),
    ...Object.entries(clientMappings).flatMap(([client, { mappings }]) =>
      mappings.map(({ name }) => ({ client, name })),
    ),
  ];
}

export async function readServiceAccountId(
  api: KeycloakApi,
  client: { readonly id: string; readonly clientId: string },
): Promise<string> {
  const call = {
    about: `read the service account of client ${client.clientId}`,
    needs: 'view-clients',
    idempotent: true,
  };
  const { id } = await api.call(call, (admin) => admin.clients.getServiceAccountUser({ id: client.id }));
  if (id === undefined) throw new GrantryError('FAILED', `Client ${client.clientId} has no service account`);
  return id;
}
