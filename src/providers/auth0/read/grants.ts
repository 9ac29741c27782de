import { sameJson } from '../../../model/values/json.ts';
import { GrantryError } from '../../../model/errors.ts';
import type { Auth0Api } from '../http/api.ts';
import { isOfMachines, listGrants } from '../http/listing.ts';
import { statusOf } from '../http/refusal.ts';
import type { ClientGrant } from '../convert/representations.ts';

/** Scopes by audience. */
export type Granted = ReadonlyMap<string, readonly string[]>;

/** Makes the grants of an application what they are to be; those for audiences that are in neither list stay. */
export async function changeGrants(
  api: Auth0Api,
  application: { readonly id: string; readonly name: string },
  before: Granted,
  after: Granted,
): Promise<void> {
  const present = (await listGrants(api, application.id)).filter(isOfMachines);
  for (const grant of present) {
    const wanted = after.get(grant.audience);
    if (wanted === undefined && before.has(grant.audience)) await deleteGrant(api, grant, application.name);
    if (wanted !== undefined && !isAsWanted(grant, wanted)) {
      await updateGrant(api, grant, wanted, application.name);
    }
  }
  const granted = new Set(present.map(({ audience }) => audience));
  for (const [audience, scope] of after) {
    if (!granted.has(audience)) await createGrant(api, application, audience, scope);
  }
}

/** The `organization_usage` of a grant for a client that has no organization. */
export const NO_ORGANIZATION = 'deny' as const;

function isAsWanted(
  { allow_all_scopes: all, scope, organization_usage: usage }: ClientGrant,
  wanted: readonly string[],
): boolean {
  return !all && usage === NO_ORGANIZATION && sameJson(scope, wanted);
}

/** A lost answer is resolved by looking whether the grant came to be: there is one at most. */
export async function createGrant(
  api: Auth0Api,
  { id, name }: { readonly id: string; readonly name: string },
  audience: string,
  scope: readonly string[],
): Promise<void> {
  const about = `grant ${audience} to the application ${name}`;
  const call = { about, needs: 'create:client_grants', idempotent: false, writes: true as const };
  try {
    await api.call(call, (client) => client.clientGrants.create({ client_id: id, audience, scope: [...scope] }));
  } catch (error) {
    if (!(error instanceof GrantryError) || error.code !== 'UNREACHABLE') throw error;
    // After a look that fails too, what happened is still not known.
    const grants = await listGrants(api, id).catch(() => []);
    const present = grants.find((grant) => isOfMachines(grant) && grant.audience === audience);
    if (present === undefined || !sameJson(present.scope, [...scope].toSorted())) throw error;
  }
}

async function updateGrant(
  api: Auth0Api,
  { id, audience, allow_all_scopes: all, organization_usage: usage }: ClientGrant,
  scope: readonly string[],
  name: string,
): Promise<void> {
  const about = `change what the application ${name} may do at ${audience}`;
  const call = { about, needs: 'update:client_grants', idempotent: true, writes: true as const };
  const body = {
    scope: [...scope],
    ...(all ? { allow_all_scopes: false } : {}),
    ...(usage === NO_ORGANIZATION ? {} : { organization_usage: NO_ORGANIZATION }),
  };
  await api.call(call, (client) => client.clientGrants.update(id, body));
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
