import type { Call } from './call.ts';
import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import type { Auth0Api } from './api.ts';
import { APPLICATION_FIELDS, application, clientGrant, resourceServer } from '../convert/representations.ts';
import type { Application, ClientGrant, ResourceServer } from '../convert/representations.ts';
import { readNumberedPages } from './numbered-pages.ts';

const PAGE = 100;
/** Identifiers in one query: they are URLs, and a request line has its limits. */
const IDENTIFIERS = 20;

/** All applications but the tenant's own global one; an empty list is never believed: grantry itself is one. */
export async function listApplications(api: Auth0Api, withSecrets: boolean): Promise<Application[]> {
  const fields = [...APPLICATION_FIELDS, ...(withSecrets ? ['client_secret'] : [])];
  const query = { fields: fields.join(','), include_fields: 'true', is_global: 'false' };
  const call = { about: 'list applications', needs: withSecrets ? 'read:client_keys' : 'read:clients' };
  const apps = await listAll(api, call, 'clients', query, application);
  if (apps.length === 0) throw unseen(api, 'lists no applications, though every tenant has some', call.needs);
  // grantry itself has one.
  if (withSecrets && !apps.some(({ client_secret: secret }) => secret !== undefined)) {
    throw unseen(api, 'shows the secret of no application', call.needs);
  }
  return apps;
}

function unseen({ settings }: Auth0Api, what: string, scope: string): GrantryError {
  return new GrantryError('NOT_ALLOWED', `Auth0 ${settings.domain} ${what}`, {
    hint: `The application ${settings.auth.clientId} needs the scope ${scope} of the Management API. docs/auth0.md lists all that are needed.`,
  });
}

/** The client grants of the whole tenant, or those of one application. */
export async function listGrants(api: Auth0Api, clientId?: string): Promise<ClientGrant[]> {
  const query: Record<string, string> = clientId === undefined ? {} : { client_id: clientId };
  const call = { about: 'list client grants', needs: 'read:client_grants' };
  return listAll(api, call, 'client-grants', query, clientGrant, 'client_grants');
}

/** Whether a grant is of the kind that grantry makes: others are never touched, but count as use of an Api. */
export function isOfMachines({ subject_type: subject, is_system: system }: ClientGrant): boolean {
  return subject === 'client' && !system;
}

/** Checkpoint pagination: pages by number end at a thousand rows. */
async function listAll<T>(
  api: Auth0Api,
  call: Pick<Call, 'about' | 'needs'>,
  path: string,
  query: Readonly<Record<string, string>>,
  row: z.ZodType<T>,
  key = path,
): Promise<T[]> {
  const rows: T[] = [];
  const seen = new Set<string>();
  let from: string | undefined;
  do {
    const page = new URLSearchParams({ ...query, take: String(PAGE), ...(from === undefined ? {} : { from }) });
    const body = await api.get(call, path, page);
    rows.push(...parseList(api, body, key, row));
    const { data: cursor } = z.object({ next: z.string().min(1).nullish() }).safeParse(body);
    const next = cursor?.next ?? undefined;
    if (cursor === undefined || (next !== undefined && seen.has(next))) throw lostCursor(api, key);
    from = next;
    if (next !== undefined) seen.add(next);
  } while (from !== undefined);
  return rows;
}

function lostCursor({ settings }: Auth0Api, what: string): GrantryError {
  return new GrantryError(
    'UNREACHABLE',
    `The listing of ${what} by Auth0 ${settings.domain} does not go on as it should`,
    {
      hint: 'Its pages lead nowhere or in a circle, so nothing shows what is missing. Try again.',
    },
  );
}

/** The resource servers with these identifiers: a tenant may have thousands of others. */
export async function findResourceServers(api: Auth0Api, identifiers: readonly string[]): Promise<ResourceServer[]> {
  const call = { about: 'list APIs', needs: 'read:resource_servers' };
  const chunks = Array.from({ length: Math.ceil(identifiers.length / IDENTIFIERS) }, (_, index) =>
    identifiers.slice(index * IDENTIFIERS, (index + 1) * IDENTIFIERS),
  );
  const pages = await Promise.all(
    chunks.map(async (chunk) => {
      const query = new URLSearchParams({ page: '0', per_page: String(PAGE), include_totals: 'true' });
      for (const identifier of chunk) query.append('identifiers', identifier);
      return parseList(api, await api.get(call, 'resource-servers', query), 'resource_servers', resourceServer);
    }),
  );
  const wanted = new Set(identifiers);
  return pages.flat().filter(({ identifier }) => wanted.has(identifier));
}

/** All APIs of the tenant, by pages with numbers: Auth0 has no other for them. */
export async function listResourceServers(api: Auth0Api): Promise<ResourceServer[]> {
  const call = { about: 'list APIs', needs: 'read:resource_servers' };
  return readNumberedPages(async (page) => {
    const query = new URLSearchParams({ page: String(page), per_page: String(PAGE), include_totals: 'true' });
    const body = await api.get(call, 'resource-servers', query);
    const rows = parseList(api, body, 'resource_servers', resourceServer);
    const { data: head } = z.object({ total: z.number(), start: z.number() }).safeParse(body);
    if (head === undefined) throw withoutTotals(api);
    return { rows, ...head };
  }, `APIs by Auth0 ${api.settings.domain}`);
}

function withoutTotals({ settings }: Auth0Api): GrantryError {
  return new GrantryError('UNREACHABLE', `Auth0 ${settings.domain} does not say how many APIs there are`, {
    hint: 'So nothing shows whether its listing of them is whole. Is there a proxy in between that answers for it?',
  });
}

/** The rows under `key`. The issues of a schema may quote values: they are not shown. */
export function parseList<T>({ settings }: Auth0Api, body: unknown, key: string, row: z.ZodType<T>): T[] {
  const parsed = z.object({ [key]: z.array(row) }).safeParse(body);
  if (parsed.success) return parsed.data[key] ?? [];
  const path = parsed.error.issues[0]?.path.join('.') || 'its root';
  throw new GrantryError(
    'UNREACHABLE',
    `The listing of ${key} by Auth0 ${settings.domain} is not understood: it is wrong at ${path}`,
    {
      hint: 'Is that the domain of an Auth0 tenant, with no proxy in between that answers for it?',
    },
  );
}
