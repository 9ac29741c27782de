import { GrantryError } from '../../../model/errors.ts';
import type { KeycloakApi } from '../http/api.ts';
import { PAGE_SIZE, readAllPages } from '../http/pages.ts';
import { parseList } from '../http/parse-list.ts';
import { clientRepresentation, clientScopeRepresentation } from '../convert/representations.ts';
import type { ClientRepresentation, ClientScopeRepresentation } from '../convert/representations.ts';
import type { RequestContext } from '../http/request-context.ts';
import type { Claims, Kept, OtherClient, CompleteClient, ClientFilter } from './client-filter.ts';

export interface ClientListing {
  readonly complete: readonly CompleteClient[];
  /** Clients with the stack's mark, and those that something claims. */
  readonly toExamine: readonly ClientRepresentation[];
  readonly others: readonly OtherClient[];
}

/**
 * Lists all clients in pages, and classifies each page as it arrives, so that whole representations of thousands of clients
 * never lie in memory together.
 */
export async function listClients(
  api: KeycloakApi,
  classify: ClientFilter,
  withSecrets: boolean,
): Promise<ClientListing> {
  const listed = await listEveryClient(api, (row) => ({ id: row.id, kept: classify(asAsked(row, withSecrets)) }));
  return listingOf(listed.map(({ kept }) => kept));
}

/** What `keep` leaves of each client of the realm; none at all is never believed. */
export async function listEveryClient<Row extends { readonly id: string }>(
  api: KeycloakApi,
  keep: (row: ClientRepresentation) => Row,
): Promise<Row[]> {
  const context = { about: 'list clients', needs: 'view-clients' };
  const ask = async (first: number, max: number): Promise<ClientRepresentation[]> =>
    parseClients(api, await api.read(context, ({ clients }) => clients.find({ first, max })));
  const { pageSize = PAGE_SIZE, pagesInFlight: inFlight } = api.settings;
  const take = (page: readonly ClientRepresentation[]): Row[] => page.map(keep);
  const rows = await readAllPages({ ask, take }, { pageSize, inFlight });
  if (rows.length === 0) throw emptyListing(api, 'clients');
  return rows;
}

function parseClients(api: KeycloakApi, list: unknown): ClientRepresentation[] {
  return parseList(api, list, clientRepresentation, 'clients');
}

/** What nobody asks for is not kept. */
function asAsked(row: ClientRepresentation, withSecrets: boolean): ClientRepresentation {
  return withSecrets ? row : { ...row, secret: undefined };
}

function listingOf(kept: readonly Kept[]): ClientListing {
  const complete: CompleteClient[] = [];
  const toExamine: ClientRepresentation[] = [];
  const others: OtherClient[] = [];
  for (const { kind, client } of kept) {
    if (kind === 'complete') complete.push(client);
    else if (kind === 'toExamine') toExamine.push(client);
    else others.push(client);
  }
  return { complete, toExamine, others };
}

/** More clients than this are faster read by listing all. */
const MOST_ALONE = 50;

/**
 * Only these clients, each by a request of its own, or undefined where one of those that must exist is not found by its
 * client_id: it may bear another one by now, which only the whole listing can show.
 */
export async function findClients(
  api: KeycloakApi,
  filterOf: (claims: Claims) => Promise<ClientFilter>,
  mustExist: readonly string[],
  claims: Claims,
  withSecrets: boolean,
): Promise<ClientListing | undefined> {
  if (claims.clientIds.size > MOST_ALONE) return undefined;
  const asked = await Promise.all([...claims.clientIds].map((clientId) => findClient(api, clientId)));
  const named = asked.flatMap((row) => row ?? []);
  const present = new Set(named.flatMap(({ id, clientId }) => [id, clientId]));
  if (!mustExist.every((clientId) => present.has(clientId))) return undefined;
  const unseen = [...claims.ids].filter((id) => !present.has(id));
  const renamed = await Promise.all(unseen.map((id) => findClientById(api, id)));
  const rows = [...named, ...renamed.flatMap((row) => row ?? [])];
  const classify = await filterOf(claims);
  const found = listingOf(rows.map((row) => classify(asAsked(row, withSecrets))));
  // Other clients were not looked for.
  return { ...found, others: [] };
}

/** By Keycloak's own id. */
export async function findClientById(
  api: KeycloakApi,
  id: string,
  { about, needs }: RequestContext = { about: `find the client with the id ${id}`, needs: 'view-clients' },
): Promise<ClientRepresentation | undefined> {
  const found = await api.read({ about, needs, absent: null }, ({ clients }) => clients.findOne({ id }));
  return found === null ? undefined : parseClients(api, [found])[0];
}

export async function findClient(api: KeycloakApi, clientId: string): Promise<ClientRepresentation | undefined> {
  const context = { about: `find client ${clientId}`, needs: 'view-clients' };
  const found = await api.read(context, ({ clients }) => clients.find({ clientId }));
  return parseClients(api, found)[0];
}

/** Keycloak has no pages for client scopes: one request lists them all. */
export async function listClientScopes(api: KeycloakApi): Promise<ClientScopeRepresentation[]> {
  const context = { about: 'list client scopes', needs: 'view-clients' };
  const list = await api.read(context, ({ clientScopes }) => clientScopes.find());
  return parseList(api, list, clientScopeRepresentation, 'client scopes');
}

/** Keycloak answers with an empty list, not with 403, where rights are missing: it is never taken as 'nothing there'. */
export function emptyListing(api: KeycloakApi, what: string): GrantryError {
  const { url, realm } = api.settings;
  return new GrantryError(
    'NOT_ALLOWED',
    `Keycloak ${url} realm ${realm} lists no ${what}, though every realm has some`,
    {
      hint: `That is how it answers an account that may not see them. ${api.adviseOnRights('view-clients')}`,
    },
  );
}
