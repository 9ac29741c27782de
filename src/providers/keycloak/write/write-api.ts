import { sameJson } from '../../../model/values/json.ts';
import { nameOf } from '../../../model/address.ts';
import { GrantryError } from '../../../model/errors.ts';
import type { AdoptChange, CreateChange, DeleteChange, UpdateChange } from '../../../model/plan.ts';
import type { Fields } from '../../../model/state.ts';
import type { KeycloakApi } from '../http/api.ts';
import { strangeScopeAttributes } from '../convert/attributes.ts';
import { fieldsToScope, isSameMapper, scopesToFields } from '../convert/convert-scope.ts';
import type { WantedAudience } from '../convert/convert-scope.ts';
import { apiFields } from '../fields.ts';
import type { ApiFields, ScopeFields } from '../fields.ts';
import { ATTRIBUTE, MARK } from '../convert/marks.ts';
import { MAPPER_ROLES } from '../http/own-rights.ts';
import { parseList } from '../http/parse-list.ts';
import { clientScopeRepresentation } from '../convert/representations.ts';
import type { ClientScopeRepresentation } from '../convert/representations.ts';
import type { ScopeHolders } from '../read/scope-holders.ts';
import type { ScopeIndex } from '../read/scope-index.ts';
import { clearScopeRoles, rolesOfScopes } from '../roles/scope-roles.ts';

/** Creates and changes the client scopes of an Api; removes none. Each that was written is read back. */
export async function addApiScopes(
  api: KeycloakApi,
  index: ScopeIndex,
  change: CreateChange | UpdateChange | AdoptChange,
): Promise<Fields> {
  const name = nameOf(change.address);
  const after = apiFields.parse(change.after);
  const before: ApiFields | undefined = 'before' in change ? apiFields.parse(change.before) : undefined;
  const written: string[] = [];
  for (const [scope, fields] of Object.entries(after.scopes)) {
    const present = await index.find(scope);
    if (present === undefined) {
      written.push(await createScope(api, index, name, scope, after, fields));
      continue;
    }
    refuseForeignScope(change, present, after);
    if (sameScope(before, after, scope)) continue;
    if (hasScopeRoles(before, scope)) await clearScopeRoles(api, present);
    written.push(await updateScope(api, present, name, after, fields));
  }
  index.forget();
  if (written.length === 0) return change.after;
  const scopes = await Promise.all(written.map((id) => readScope(api, id)));
  const roles = await rolesOfScopes(api, scopes);
  const found = scopesToFields(name, scopes.map(withLostMark), roles, wantedAudience(after));
  return { ...found, scopes: { ...after.scopes, ...found.scopes } };
}

/** All scopes of an Api are to have the same. */
function wantedAudience({ scopes }: ApiFields): WantedAudience {
  const [first] = Object.values(scopes);
  return { audience: first?.audience[0], introspectedBy: first?.introspectedBy[0] };
}

/** A scope that bears no mark of its Api was marked a moment ago: that is never what was wanted. */
function withLostMark({ attributes, ...scope }: ClientScopeRepresentation): ClientScopeRepresentation {
  return { ...scope, attributes: { ...attributes, [MARK.api]: attributes[MARK.api] ?? '' } };
}

async function readScope(api: KeycloakApi, id: string): Promise<ClientScopeRepresentation> {
  const context = { about: 'read a client scope back', needs: 'view-clients' };
  const found = await api.read(context, ({ clientScopes }) => clientScopes.findOne({ id }));
  const [scope] = parseList(api, [found], clientScopeRepresentation, 'client scopes');
  if (scope === undefined) throw new GrantryError('FAILED', `Keycloak does not show the client scope ${id}`);
  return scope;
}

/**
 * Deletes the client scopes that the Api no longer has, unless somebody else's client holds one or it is not the stack's. Each is
 * looked for then; gives the Api with those that are still there, or undefined where nothing is to be left and nothing is.
 */
export async function removeApiScopes(
  api: KeycloakApi,
  { index, holders }: { readonly index: ScopeIndex; readonly holders: ScopeHolders },
  change: UpdateChange | AdoptChange | DeleteChange,
): Promise<Fields | undefined> {
  const before = apiFields.parse(change.before);
  const after = 'after' in change ? apiFields.parse(change.after) : undefined;
  const left: [string, ScopeFields][] = [];
  for (const [scope, fields] of Object.entries(before.scopes)) {
    if (after !== undefined && Object.hasOwn(after.scopes, scope)) continue;
    const present = await index.find(scope);
    if (present === undefined) continue;
    await refuseUsed(change, present, before, after, holders);
    const context = { about: `delete client scope ${scope}`, needs: 'manage-clients' };
    await api.delete(context, ({ clientScopes }) => clientScopes.del({ id: present.id }));
    if (await isThere(api, present)) left.push([scope, fields]);
  }
  index.forget();
  if (after === undefined && left.length === 0) return undefined;
  return { ...(after ?? before), scopes: { ...after?.scopes, ...Object.fromEntries(left) } };
}

async function isThere(api: KeycloakApi, { id, name }: ClientScopeRepresentation): Promise<boolean> {
  const context = { about: `see whether client scope ${name} is gone`, needs: 'view-clients', absent: undefined };
  return (await api.read(context, ({ clientScopes }) => clientScopes.findOne({ id }))) !== undefined;
}

/** A scope that the plan did not see, or saw as the stack's, may be somebody else's. */
function refuseForeignScope(
  change: CreateChange | UpdateChange | AdoptChange,
  { name, attributes }: ClientScopeRepresentation,
  { stack }: ApiFields,
): void {
  const owner = attributes[MARK.stack] || null;
  if (owner === stack || (change.op === 'adopt' && change.from.includes(owner))) return;
  throw new GrantryError(
    'FAILED',
    `${change.address}: the client scope ${name} is not the stack's: it was left alone`,
    {
      hint: 'It was made, or its marks were changed, since the plan was made. Plan again.',
    },
  );
}

/** The plan was made from listings of before; a scope that goes is gone from every client that holds it. */
async function refuseUsed(
  { address }: UpdateChange | AdoptChange | DeleteChange,
  { name, attributes }: ClientScopeRepresentation,
  before: ApiFields,
  after: ApiFields | undefined,
  holders: ScopeHolders,
): Promise<void> {
  const stack = after?.stack ?? before.stack ?? '';
  const owner = attributes[MARK.stack] ?? null;
  if (owner !== stack && owner !== before.stack) {
    throw new GrantryError(
      'FAILED',
      `${address}: the client scope ${name} is not the stack's any more: it was left alone`,
      {
        hint: 'Somebody changed its marks since the plan was made. Plan again.',
      },
    );
  }
  const others = await holders.outsideHolders(stack, name);
  if (others.length === 0) return;
  throw new GrantryError(
    'FAILED',
    `${address}: clients outside the stack hold the client scope ${name}: ${others.join(', ')}. It was not deleted`,
    { hint: 'They have it since the plan was made. Take it from them first, or keep the scope in the manifest.' },
  );
}

function hasScopeRoles(before: ApiFields | undefined, scope: string): boolean {
  if (before === undefined || !Object.hasOwn(before.scopes, scope)) return false;
  return (before.scopes[scope]?.roles.length ?? 0) > 0;
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
): Promise<string> {
  const context = { about: `create client scope ${scope}`, needs: MAPPER_ROLES };
  try {
    const { id } = await api.create(context, ({ clientScopes }) =>
      clientScopes.create(fieldsToScope(name, scope, after, fields)),
    );
    return id;
  } catch (error) {
    if (!(error instanceof GrantryError) || error.code !== 'UNREACHABLE') throw error;
    index.forget();
    const present = await index.findNow(scope);
    const isOurs = present?.attributes[MARK.stack] === after.stack && present?.attributes[MARK.api] === name;
    if (present === undefined || !isOurs) throw error;
    return present.id;
  }
}

async function updateScope(
  api: KeycloakApi,
  present: ClientScopeRepresentation,
  name: string,
  after: ApiFields,
  fields: ScopeFields,
): Promise<string> {
  const { id } = present;
  const { protocolMappers, ...rest } = fieldsToScope(name, present.name, after, fields);
  const context = { about: `change client scope ${present.name}`, needs: 'manage-clients' };
  // An attribute that is left out stays, and one that is empty goes.
  const strange = strangeScopeAttributes(present.attributes).map((key) => [key, '']);
  const { [ATTRIBUTE.onConsentScreen]: onConsentScreen = rest.attributes[ATTRIBUTE.onConsentScreen] } =
    present.attributes;
  const attributes = {
    ...present.attributes,
    ...Object.fromEntries(strange),
    ...rest.attributes,
    // Of those who log in as people nothing is decided here.
    [ATTRIBUTE.onConsentScreen]: onConsentScreen ?? 'false',
  };
  await api.write(context, ({ clientScopes }) => clientScopes.update({ id }, { ...rest, attributes }));
  await replaceMappers(api, present, protocolMappers);
  return id;
}

/** Adds what is missing before it takes away, so that no token in between lacks its audience. */
async function replaceMappers(
  api: KeycloakApi,
  { id, name: scope, protocolMappers: present }: ClientScopeRepresentation,
  wanted: ReturnType<typeof fieldsToScope>['protocolMappers'],
): Promise<void> {
  const context = { about: `change the mappers of client scope ${scope}`, needs: MAPPER_ROLES };
  const missing = wanted.filter((mapper) => !present.some((other) => isSameMapper(other, mapper)));
  for (const mapper of missing) {
    const same = present.find(({ name }) => name === mapper.name);
    if (same === undefined) {
      await api.writeOnce(context, ({ clientScopes }) => clientScopes.addProtocolMapper({ id }, mapper));
    } else {
      await api.write(context, ({ clientScopes }) =>
        clientScopes.updateProtocolMapper({ id, mapperId: same.id }, { ...mapper, id: same.id }),
      );
    }
  }
  for (const mapper of present) {
    const isRewritten = missing.some(({ name }) => name === mapper.name);
    if (isRewritten || wanted.some((other) => isSameMapper(mapper, other))) continue;
    await api.write(context, ({ clientScopes }) => clientScopes.delProtocolMapper({ id, mapperId: mapper.id }));
  }
}
