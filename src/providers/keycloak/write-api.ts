import { sameJson } from '../../model/json.ts';
import { nameOf } from '../../model/address.ts';
import { GrantryError } from '../../model/errors.ts';
import type { AdoptChange, CreateChange, DeleteChange, UpdateChange } from '../../model/plan.ts';
import type { KeycloakApi } from './api.ts';
import { fieldsToScope } from './convert.ts';
import { apiFields } from './fields.ts';
import type { ApiFields, ScopeFields } from './fields.ts';
import { MARK } from './marks.ts';
import { statusOf } from './refusal.ts';
import type { ClientScopeRepresentation } from './representations.ts';
import type { ScopeIndex } from './scope-index.ts';

/** Creates and changes the client scopes of an Api; removes none. */
export async function growApi(
  api: KeycloakApi,
  index: ScopeIndex,
  change: CreateChange | UpdateChange | AdoptChange,
): Promise<void> {
  const name = nameOf(change.address);
  const after = apiFields.parse(change.after);
  const before: ApiFields | undefined = 'before' in change ? apiFields.parse(change.before) : undefined;
  for (const [scope, fields] of Object.entries(after.scopes)) {
    const present = await index.find(scope);
    if (present === undefined) await createScope(api, index, name, scope, after, fields);
    else if (!sameScope(before, after, scope)) await updateScope(api, present, name, after, fields);
  }
  index.forget();
}

/** Deletes the client scopes that the Api no longer has; Keycloak takes them from every client that holds them. */
export async function shrinkApi(
  api: KeycloakApi,
  index: ScopeIndex,
  change: UpdateChange | AdoptChange | DeleteChange,
): Promise<void> {
  const before = apiFields.parse(change.before);
  const after = 'after' in change ? apiFields.parse(change.after) : undefined;
  for (const scope of Object.keys(before.scopes)) {
    if (after !== undefined && Object.hasOwn(after.scopes, scope)) continue;
    const present = await index.find(scope);
    if (present === undefined) continue;
    const call = {
      about: `delete client scope ${scope}`,
      needs: 'manage-clients',
      idempotent: true,
      writes: true as const,
    };
    await api.call(call, async (client) => {
      try {
        await client.clientScopes.del({ id: present.id });
      } catch (error) {
        // Already gone is what was wanted: the answer to an earlier attempt may have been lost.
        if (statusOf(error) !== 404) throw error;
      }
    });
  }
  index.forget();
}

function sameScope(before: ApiFields | undefined, after: ApiFields, scope: string): boolean {
  return (
    before !== undefined &&
    Object.hasOwn(before.scopes, scope) &&
    before.stack === after.stack &&
    before.owner === after.owner &&
    sameJson(before.scopes[scope], after.scopes[scope])
  );
}

/** A lost answer is resolved by looking whether the scope came to be: it is made whole or not at all. */
async function createScope(
  api: KeycloakApi,
  index: ScopeIndex,
  name: string,
  scope: string,
  after: ApiFields,
  fields: ScopeFields,
): Promise<void> {
  const call = { about: `create client scope ${scope}`, needs: MAPPER_ROLES, idempotent: false, writes: true as const };
  try {
    await api.call(call, (client) => client.clientScopes.create(fieldsToScope(name, scope, after, fields)));
  } catch (error) {
    if (!(error instanceof GrantryError) || error.code !== 'UNREACHABLE') throw error;
    index.forget();
    const present = await index.findNow(scope);
    if (present?.attributes[MARK.stack] !== after.stack) throw error;
  }
}

/** The roles that mappers take, by server version. */
const MAPPER_ROLES = 'manage-clients (on Keycloak 26.8.2 and later, for its mappers, manage-realm too)';

async function updateScope(
  api: KeycloakApi,
  present: ClientScopeRepresentation,
  name: string,
  after: ApiFields,
  fields: ScopeFields,
): Promise<void> {
  const { id } = present;
  const { protocolMappers, ...rest } = fieldsToScope(name, present.name, after, fields);
  const call = {
    about: `change client scope ${present.name}`,
    needs: 'manage-clients',
    idempotent: true,
    writes: true as const,
  };
  const attributes = { ...present.attributes, ...rest.attributes };
  await api.call(call, (client) => client.clientScopes.update({ id }, { ...rest, attributes }));
  await replaceMappers(api, present, protocolMappers);
}

/** Adds what is missing before it takes away, so that no token in between lacks its audience. */
async function replaceMappers(
  api: KeycloakApi,
  { id, name: scope, protocolMappers: present }: ClientScopeRepresentation,
  wanted: ReturnType<typeof fieldsToScope>['protocolMappers'],
): Promise<void> {
  const call = {
    about: `change the mappers of client scope ${scope}`,
    needs: MAPPER_ROLES,
    idempotent: true,
    writes: true as const,
  };
  for (const mapper of wanted) {
    const same = present.find(({ name }) => name === mapper.name);
    if (same === undefined) {
      await api.call({ ...call, idempotent: false }, (client) => client.clientScopes.addProtocolMapper({ id }, mapper));
    } else if (!sameJson({ ...same.config }, { ...mapper.config }) || same.protocolMapper !== mapper.protocolMapper) {
      await api.call(call, (client) =>
        client.clientScopes.updateProtocolMapper({ id, mapperId: same.id }, { ...mapper, id: same.id }),
      );
    }
  }
  for (const mapper of present) {
    if (wanted.some(({ name }) => name === mapper.name)) continue;
    await api.call(call, (client) => client.clientScopes.delProtocolMapper({ id, mapperId: mapper.id }));
  }
}
