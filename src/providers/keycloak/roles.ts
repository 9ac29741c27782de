import { z } from 'zod';
import type { DesiredClient } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';
import { addToGroup } from '../../model/groups.ts';
import { clientPath } from './api.ts';
import type { KeycloakApi } from './api.ts';
import type { RoleNames } from './fields.ts';
import { MARK, parseDeclared } from './marks.ts';
import { readAllPages } from './pages.ts';
import { parseList, unexpectedListing } from './parse-list.ts';
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

const HOLDER_PAGES = { pageSize: USERS_PER_PAGE, inFlight: 2 };

const userRow = z.object({ id: z.string(), username: z.string().nullish() });
type UserRow = z.infer<typeof userRow>;
const roleRow = z.object({ name: z.string().nullish() });
const serviceAccount = z.object({ id: z.string() });

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
        addToGroup(held, username, role);
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
  const id = owner === undefined ? undefined : idOfClient.get(owner);
  if (owner !== undefined && id === undefined) return [];
  const role = `${id === undefined ? '' : `${clientPath(id)}/`}roles/${encodeURIComponent(name)}`;
  // A role that does not exist has no holders; apply says so when it is to be assigned.
  const reading = { about: `list the holders of role ${name}`, needs: 'view-users and view-realm', absent: [] };
  const ask = async (first: number, max: number): Promise<UserRow[]> => {
    const query = `first=${first}&max=${max}&briefRepresentation=true`;
    return parseList(api, await api.read(reading, `${role}/users?${query}`), userRow, 'users');
  };
  const users = await readAllPages({ ask, take: (page: readonly UserRow[]) => page }, HOLDER_PAGES);
  return users.flatMap(({ username }) => username ?? []);
}

/** Asks per owner of roles: the listing of all at once leaves realm roles out, without a word, for want of view-realm. */
async function readHeldRoles(
  api: KeycloakApi,
  { client, relevant }: RoleQuestion,
  idOfClient: ReadonlyMap<string, string>,
): Promise<RoleKey[]> {
  // Only a client with a service account can hold roles.
  if (!client.serviceAccountsEnabled) return [];
  const account = `users/${encodeURIComponent(await readServiceAccountId(api, client))}`;
  const reading = { about: `read the roles of client ${client.clientId}`, needs: 'view-users' };
  const owners = [...new Set(relevant.map((role) => role.client))];
  const held = await Promise.all(
    owners.map(async (owner): Promise<RoleKey[]> => {
      const id = owner === undefined ? undefined : idOfClient.get(owner);
      if (owner !== undefined && id === undefined) return [];
      const whose = id === undefined ? 'realm' : clientPath(id);
      const roles = await api.read(reading, `${account}/role-mappings/${whose}`);
      return parseList(api, roles, roleRow, 'roles').flatMap(({ name }) =>
        typeof name === 'string' ? { client: owner, name } : [],
      );
    }),
  );
  return held.flat();
}

async function readScopeMappings(api: KeycloakApi, client: ClientRepresentation): Promise<RoleNames> {
  const reading = { about: `read the scope mappings of client ${client.clientId}`, needs: 'view-clients' };
  return roleNamesOf(toKeys(api, await api.read(reading, `${clientPath(client.id)}/scope-mappings`)));
}

function toKeys(api: KeycloakApi, answer: unknown): RoleKey[] {
  const { data, error } = mappingsRepresentation.safeParse(answer);
  if (data === undefined) throw unexpectedListing(api, 'scope mappings', error.issues[0]?.path ?? [], 'object');
  const { realmMappings, clientMappings } = data;
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
  const reading = { about: `read the service account of client ${client.clientId}`, needs: 'view-clients' };
  const { data } = serviceAccount.safeParse(await api.read(reading, `${clientPath(client.id)}/service-account-user`));
  if (data === undefined) throw new GrantryError('FAILED', `Client ${client.clientId} has no service account`);
  return data.id;
}
