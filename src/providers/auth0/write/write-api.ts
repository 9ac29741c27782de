import { GrantryError } from '../../../model/errors.ts';
import type { AdoptChange, CreateChange, DeleteChange, UpdateChange } from '../../../model/plan.ts';
import { sameJson } from '../../../model/values/json.ts';
import type { JsonObject } from '../../../model/values/json.ts';
import type { Fields } from '../../../model/state.ts';
import type { Auth0Api } from '../http/api.ts';
import type { WrittenApi } from '../../provider.ts';
import { resourceServerToFields } from '../convert/convert.ts';
import { formChanges } from '../convert/token-form.ts';
import { ALGORITHMS, apiFields } from '../fields.ts';
import type { ApiFields } from '../fields.ts';
import { findResourceServers, parseList } from '../http/listing.ts';
import { statusOf } from '../http/refusal.ts';
import { resourceServer } from '../convert/representations.ts';
import type { ResourceServer } from '../convert/representations.ts';

interface Scope {
  readonly value: string;
  readonly description?: string;
}

/** Creates the resource server, or gives it what it lacks. Scopes of others stay. */
export async function addApiScopes(
  api: Auth0Api,
  change: CreateChange | UpdateChange | AdoptChange,
): Promise<WrittenApi> {
  const after = apiFields.parse(change.after);
  if (change.op === 'create') {
    const created = await createServer(api, after);
    return { id: created.id, found: asAnswered(created, after, after.displayName) };
  }
  const name = newName(apiFields.parse(change.before), after);
  const present = await readServer(api, change.id);
  const kept = present.scopes.filter(({ value }) => !Object.hasOwn(after.scopes, value));
  const changed = await changeServer(api, present, { ...after, name }, [...kept, ...scopesOf(after)]);
  return { id: change.id, found: asAnswered(changed, after, name) };
}

/** What it is to be called; undefined: as it is, which of an API that others made is their choice. */
function newName({ displayName: before }: ApiFields, { displayName: after }: ApiFields): string | undefined {
  return before === after ? undefined : after;
}

/** Auth0 answers a write with the whole resource server; scopes that it is to lose, or that are others', do not count. */
function asAnswered(
  server: ResourceServer,
  { scopes, tokenLifetime, displayName }: ApiFields,
  name: string | undefined,
): ApiFields {
  return resourceServerToFields(server, {
    scopes: new Set(Object.keys(scopes)),
    lifetimeDeclared: tokenLifetime !== null,
    displayName: name === undefined ? displayName : undefined,
  });
}

/**
 * Takes away the scopes that the Api had and no longer has; those that it never declared stay. Gives what is there then, by
 * the answer; undefined where all of it was to go, and is gone.
 */
export async function removeApiScopes(
  api: Auth0Api,
  change: UpdateChange | AdoptChange | DeleteChange,
): Promise<Fields | undefined> {
  const before = apiFields.parse(change.before);
  if (change.op === 'delete') {
    await deleteServer(api, change);
    return (await findServer(api, change.id)) === undefined ? undefined : before;
  }
  const after = apiFields.parse(change.after);
  const present = await readServer(api, change.id);
  const gone = (value: string): boolean => Object.hasOwn(before.scopes, value) && !Object.hasOwn(after.scopes, value);
  const kept = present.scopes.filter(({ value }) => !gone(value));
  const isLess = kept.length < present.scopes.length;
  const name = newName(before, after);
  const found = isLess ? await changeServer(api, present, { ...after, name }, kept) : present;
  return asAnswered(found, { ...after, scopes: { ...before.scopes, ...after.scopes } }, name);
}

/** A lost answer is resolved by looking whether the resource server came to be: identifiers are unique. */
async function createServer(api: Auth0Api, fields: ApiFields): Promise<ResourceServer> {
  const { audience, displayName: name } = fields;
  const call = {
    about: `create the API ${audience}`,
    needs: 'create:resource_servers',
    idempotent: false,
    writes: true as const,
  };
  const body = { identifier: audience, ...settingsOf(undefined, { ...fields, name }), scopes: scopesOf(fields) };
  try {
    return parseServer(api, await api.call(call, (client) => client.resourceServers.create(body)));
  } catch (error) {
    if (!(error instanceof GrantryError) || error.code !== 'UNREACHABLE') throw error;
    // After a look that fails too, what happened is still not known.
    const [present] = await findResourceServers(api, [audience]).catch(() => []);
    if (present?.name !== name) throw error;
    return present;
  }
}

async function readServer(api: Auth0Api, id: string): Promise<ResourceServer> {
  const call = { about: `read the API ${id}`, needs: 'read:resource_servers', idempotent: true };
  return parseServer(api, await api.call(call, (client) => client.resourceServers.get(id)));
}

/** Undefined where there is none. */
async function findServer(api: Auth0Api, id: string): Promise<unknown> {
  const call = { about: `see whether the API ${id} is gone`, needs: 'read:resource_servers', idempotent: true };
  return api.call(call, async (client) => {
    try {
      return await client.resourceServers.get(id);
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  });
}

function parseServer(api: Auth0Api, found: unknown): ResourceServer {
  const [server] = parseList(api, { found: [found] }, 'found', resourceServer);
  if (server === undefined) throw new GrantryError('FAILED', 'Auth0 answers with no API');
  return server;
}

/** The fields of an API, and what it is to be called; undefined: as it is. */
type Wanted = ApiFields & { readonly name: string | undefined };

/** Sends what differs, and nothing where nothing does. */
async function changeServer(
  api: Auth0Api,
  present: ResourceServer,
  fields: Wanted,
  scopes: readonly Scope[],
): Promise<ResourceServer> {
  const call = {
    about: `change the API ${fields.audience}`,
    needs: 'update:resource_servers',
    idempotent: true,
    writes: true as const,
  };
  const wanted = scopes.map(withoutEmpty);
  // Auth0 replaces the list: where it is right already, what somebody adds at this moment must not be lost.
  const same = sameJson(sorted(present.scopes.map(withoutEmpty)), sorted(wanted));
  const body = { ...settingsOf(present, fields), ...(same ? {} : { scopes: wanted }) };
  if (Object.keys(body).length === 0) return present;
  return parseServer(api, await api.call(call, (client) => client.resourceServers.update(present.id, body)));
}

async function deleteServer(api: Auth0Api, { id, address }: DeleteChange): Promise<void> {
  const call = {
    about: `delete ${address}`,
    needs: 'delete:resource_servers',
    idempotent: true,
    writes: true as const,
  };
  await api.call(call, async (client) => {
    try {
      await client.resourceServers.delete(id);
    } catch (error) {
      // Already gone is what was wanted.
      if (statusOf(error) !== 404) throw error;
    }
  });
}

/** `present`: as the API is now. */
function settingsOf(
  present: ResourceServer | undefined,
  fields: Wanted,
): { name?: string; signing_alg?: (typeof ALGORITHMS)[number]; token_lifetime?: number } & ReturnType<
  typeof formChanges
> {
  const { name, tokenLifetime, signingAlgorithm } = fields;
  const signing_alg = ALGORITHMS.find((algorithm) => algorithm === signingAlgorithm) ?? 'RS256';
  return {
    ...(name === undefined ? {} : { name }),
    ...(present?.signing_alg === signing_alg ? {} : { signing_alg }),
    ...(tokenLifetime === null || present?.token_lifetime === tokenLifetime ? {} : { token_lifetime: tokenLifetime }),
    ...formChanges(present, fields),
  };
}

function scopesOf({ scopes }: ApiFields): Scope[] {
  return Object.entries(scopes).map(([value, { description }]) => withoutEmpty({ value, description }));
}

function sorted(scopes: readonly Scope[]): JsonObject[] {
  return scopes
    .toSorted((left, right) => (left.value < right.value ? -1 : 1))
    .map(({ value, description = '' }) => ({ value, description }));
}

function withoutEmpty({ value, description = '' }: Scope): Scope {
  return description === '' ? { value } : { value, description };
}
