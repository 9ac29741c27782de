import { sameJson } from '../../../model/values/json.ts';
import { GrantryError } from '../../../model/errors.ts';
import type { Auth0Api } from '../http/api.ts';
import { isOfMachines, listGrants, parseList } from '../http/listing.ts';
import { statusOf } from '../http/refusal.ts';
import { clientGrant } from '../convert/representations.ts';
import type { ClientGrant } from '../convert/representations.ts';

/** Scopes by audience. */
export type Granted = ReadonlyMap<string, readonly string[]>;

/**
 * Makes the grants of an application what they are to be; those for audiences that are in neither list stay. Gives those of both
 * lists as they are then: Auth0 answers with what it wrote, and where something was deleted they are listed once more.
 */
export async function changeGrants(
  api: Auth0Api,
  application: { readonly id: string; readonly name: string },
  before: Granted,
  after: Granted,
): Promise<ClientGrant[]> {
  const matters = ({ audience }: ClientGrant): boolean => before.has(audience) || after.has(audience);
  const present = (await listGrants(api, application.id)).filter(isOfMachines).filter(matters);
  const found: ClientGrant[] = [];
  for (const grant of present) {
    const wanted = after.get(grant.audience);
    if (wanted === undefined) await deleteGrant(api, grant, application.name);
    else if (isAsWanted(grant, wanted)) found.push(grant);
    else found.push(await updateGrant(api, grant, wanted, application.name));
  }
  const granted = new Set(present.map(({ audience }) => audience));
  for (const [audience, scope] of after) {
    if (!granted.has(audience)) found.push(await createGrant(api, application, audience, scope));
  }
  if (present.every(({ audience }) => after.has(audience))) return found;
  return (await listGrants(api, application.id)).filter(isOfMachines).filter(matters);
}

/** The `organization_usage` of a grant for a client that has no organization. */
export const NO_ORGANIZATION = 'deny' as const;

function isAsWanted(
  { allow_all_scopes: all, scope, organization_usage: usage }: ClientGrant,
  wanted: readonly string[],
): boolean {
  return !all && usage === NO_ORGANIZATION && sameJson(scope, wanted);
}

/** A lost answer is resolved by looking whether the grant came to be: there is one at most. Gives it as it is then. */
export async function createGrant(
  api: Auth0Api,
  { id, name }: { readonly id: string; readonly name: string },
  audience: string,
  scope: readonly string[],
): Promise<ClientGrant> {
  const about = `grant ${audience} to the application ${name}`;
  const call = { about, needs: 'create:client_grants', idempotent: false, writes: true as const };
  try {
    const body = { client_id: id, audience, scope: [...scope] };
    const created: unknown = await api.call(call, (client) => client.clientGrants.create(body));
    return parseGrant(api, created);
  } catch (error) {
    if (!(error instanceof GrantryError) || error.code !== 'UNREACHABLE') throw error;
    // After a look that fails too, what happened is still not known.
    const grants = await listGrants(api, id).catch(() => []);
    const present = grants.find((grant) => isOfMachines(grant) && grant.audience === audience);
    if (present === undefined || !sameJson(present.scope, [...scope].toSorted())) throw error;
    return present;
  }
}

function parseGrant(api: Auth0Api, found: unknown): ClientGrant {
  const [grant] = parseList(api, { found: [found] }, 'found', clientGrant);
  if (grant === undefined) throw new GrantryError('FAILED', 'Auth0 answers with no grant');
  return grant;
}

async function updateGrant(
  api: Auth0Api,
  { id, audience, allow_all_scopes: all, organization_usage: usage }: ClientGrant,
  scope: readonly string[],
  name: string,
): Promise<ClientGrant> {
  const about = `change what the application ${name} may do at ${audience}`;
  const call = { about, needs: 'update:client_grants', idempotent: true, writes: true as const };
  const body = {
    scope: [...scope],
    ...(all ? { allow_all_scopes: false } : {}),
    ...(usage === NO_ORGANIZATION ? {} : { organization_usage: NO_ORGANIZATION }),
  };
  const changed: unknown = await api.call(call, (client) => client.clientGrants.update(id, body));
  return parseGrant(api, changed);
}

async function deleteGrant(api: Auth0Api, { id, audience }: ClientGrant, name: string): Promise<void> {
  const about = `take ${audience} from the application ${name}`;
  const call = { about, needs: 'delete:client_grants', idempotent: true, writes: true as const };
  await api.call(call, async (client) => {
    try {
      await client.clientGrants.delete(id);
    } catch (error) {
      // Gone with its Api, or at an earlier attempt.
      if (statusOf(error) !== 404) throw error;
    }
  });
}
