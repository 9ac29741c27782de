import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import type { KeycloakApi } from './api.ts';
import { MARK } from './marks.ts';
import { readAllPages } from './pages.ts';
import { clientRepresentation, clientScopeRepresentation } from './representations.ts';
import type { ClientRepresentation, ClientScopeRepresentation } from './representations.ts';

/** A client that is neither the stack's nor claimed by a manifest: only what others depend on is kept of it. */
export interface OtherClient {
  readonly id: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
}

export interface ClientListing {
  /** Clients with the stack's mark, and those whose client_id a manifest claims. */
  readonly relevant: readonly ClientRepresentation[];
  readonly others: readonly OtherClient[];
}

interface ListedClient {
  readonly id: string;
  readonly relevant?: ClientRepresentation;
  readonly other?: OtherClient;
  /** It was read before the claims were known. */
  readonly undecided?: ClientRepresentation;
}

/** Which clients matter beside those with the stack's mark. */
export interface Claims {
  /** By their client_ids, which manifests claim. */
  readonly clientIds: ReadonlySet<string>;
  /** By Keycloak's own ids. */
  readonly ids: ReadonlySet<string>;
}

/**
 * Lists all clients in pages; whole representations are kept only of those that matter to this stack. Until the claims are
 * known any client may turn out to.
 */
export async function listClients(
  api: KeycloakApi,
  stack: string,
  claims: Promise<Claims>,
  withSecrets: boolean,
): Promise<ClientListing> {
  let known: Claims | undefined;
  void claims.then((settled) => (known = settled));
  const call = { about: 'list clients', needs: 'view-clients', idempotent: true };
  const readPage = async (first: number, max: number): Promise<ListedClient[]> => {
    const page: unknown = await api.call(call, (client) => client.clients.find({ first, max }));
    return parseList(api, page, clientRepresentation, 'clients').map((row) => {
      if (!withSecrets) row.secret = undefined;
      return known === undefined ? { id: row.id, undecided: row } : keep(row, stack, known);
    });
  };
  const { pageSize, pagesInFlight: inFlight } = api.settings;
  const listed = await readAllPages(readPage, { pageSize, inFlight });
  if (listed.length === 0) throw emptyListing(api, 'clients');
  const settled = await claims;
  const rows = listed.map((row) => (row.undecided === undefined ? row : keep(row.undecided, stack, settled)));
  return {
    relevant: rows.flatMap(({ relevant }) => relevant ?? []),
    others: rows.flatMap(({ other }) => other ?? []),
  };
}

function keep(row: ClientRepresentation, stack: string, claims: Claims): ListedClient {
  if (row.attributes[MARK.stack] === stack || claims.clientIds.has(row.clientId) || claims.ids.has(row.id)) {
    return { id: row.id, relevant: row };
  }
  const { id, clientId, defaultClientScopes, optionalClientScopes } = row;
  return { id, other: { id, clientId, scopes: [...defaultClientScopes, ...optionalClientScopes] } };
}

/** More clients than this are faster read by listing all. */
const MOST_ALONE = 50;

/**
 * Only these clients, each by a request of its own, or undefined where one of those that must exist is not found by its
 * client_id: it may bear another one by now, which only the whole listing can tell.
 */
export async function findClients(
  api: KeycloakApi,
  stack: string,
  mustExist: readonly string[],
  claims: Claims,
  withSecrets: boolean,
): Promise<ClientListing | undefined> {
  if (claims.clientIds.size > MOST_ALONE) return undefined;
  const found = await Promise.all([...claims.clientIds].map((clientId) => findClient(api, clientId)));
  const named = found.flatMap((row) => row ?? []);
  const present = new Set(named.flatMap(({ id, clientId }) => [id, clientId]));
  if (!mustExist.every((clientId) => present.has(clientId))) return undefined;
  const unseen = [...claims.ids].filter((id) => !present.has(id));
  const renamed = await Promise.all(unseen.map((id) => findClientById(api, id)));
  const kept = [...named, ...renamed.flatMap((row) => row ?? [])].map((row) =>
    keep(withSecrets ? row : { ...row, secret: undefined }, stack, claims),
  );
  return { relevant: kept.flatMap(({ relevant }) => relevant ?? []), others: [] };
}

async function findClientById(api: KeycloakApi, id: string): Promise<ClientRepresentation | undefined> {
  const call = { about: `find the client with the id ${id}`, needs: 'view-clients', idempotent: true };
  const found: unknown = await api.call(call, (client) => client.clients.findOne({ id }));
  return found === null || found === undefined
    ? undefined
    : parseList(api, [found], clientRepresentation, 'clients')[0];
}

export async function findClient(api: KeycloakApi, clientId: string): Promise<ClientRepresentation | undefined> {
  const call = { about: `find client ${clientId}`, needs: 'view-clients', idempotent: true };
  const found: unknown = await api.call(call, (client) => client.clients.find({ clientId }));
  return parseList(api, found, clientRepresentation, 'clients')[0];
}

/** Keycloak has no pages for client scopes: one request lists them all. */
export async function listClientScopes(api: KeycloakApi): Promise<ClientScopeRepresentation[]> {
  const call = { about: 'list client scopes', needs: 'view-clients', idempotent: true };
  const list: unknown = await api.call(call, (client) => client.clientScopes.find());
  return parseList(api, list, clientScopeRepresentation, 'client scopes');
}

/** `what` names the rows, for errors. */
export function parseList<T>({ settings }: KeycloakApi, list: unknown, schema: z.ZodType<T>, what: string): T[] {
  const parsed = z.array(schema).safeParse(list);
  if (parsed.success) return parsed.data;
  // The issues of the schema may quote values: they are not shown.
  const path = parsed.error.issues[0]?.path.join('.') ?? '';
  const found = path === '' ? 'is no JSON list' : `has something unexpected at ${path}`;
  throw new GrantryError('UNREACHABLE', `The listing of ${what} by Keycloak ${settings.url} ${found}`, {
    hint: 'Is that the base URL of a Keycloak server of version 24 or later, and no proxy with a page of its own in between?',
  });
}

/** Keycloak answers with an empty list, not with 403, where rights are missing: it is never taken as 'nothing there'. */
export function emptyListing(api: KeycloakApi, what: string): GrantryError {
  const { url, realm } = api.settings;
  return new GrantryError(
    'NOT_ALLOWED',
    `Keycloak ${url} realm ${realm} lists no ${what}, though every realm has some`,
    {
      hint: 'That is how it answers an account that may not see them: give its service account the role view-clients of the client realm-management.',
    },
  );
}
