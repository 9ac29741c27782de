/** Objects that somebody made by hand: nothing in them says by which name manifests know them. */
import { kindOf, nameOf } from '../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../model/desired.ts';
import type { JsonObject } from '../../model/values/json.ts';
import type { DesiredObject, Fields } from '../../model/state.ts';
import type { Capabilities } from '../provider.ts';
import { addressOfObject, clientIdOf, recordIn, stackOf, textIn } from './fields.ts';
import type { MemoryObject } from './objects.ts';

/** Objects as manifests know them: an Api by its audience, a client by its client_id, and Apis in clients by their present names. */
export function asManifestsKnowThem(
  all: readonly MemoryObject[],
  desired: Pick<DesiredState, 'apis' | 'clients'>,
  projected: readonly DesiredObject[],
  capabilities: Capabilities,
): readonly MemoryObject[] {
  const known = knownFields(projected);
  const named = withNames(all, desired, capabilities);
  const renamed = renamedApis(named, all);
  const byClientId = new Map(desired.clients.map((client) => [client.clientId, client]));
  return named.map((object) => {
    const client = object.kind === 'Client' ? byClientId.get(clientIdOf(object, capabilities)) : undefined;
    const fields = withUnset(object, client, known);
    return { ...object, fields: object.kind === 'Client' ? withApiNames(fields, renamed) : fields };
  });
}

function withNames(
  all: readonly MemoryObject[],
  { apis, clients }: Pick<DesiredState, 'apis' | 'clients'>,
  { chosenClientId }: Capabilities,
): readonly MemoryObject[] {
  const taken = new Set<string>(all.map(addressOfObject));
  const byAudience = new Map(apis.map(({ audience, name }) => [audience, name]));
  const byId = new Map(chosenClientId ? [] : clients.map(({ clientId, name }) => [clientId, name]));
  return all.map((object) => {
    const { kind, id, fields } = object;
    if (stackOf(fields) !== undefined || textIn(fields, 'name') !== '') return object;
    const name = kind === 'Api' ? byAudience.get(textIn(fields, 'audience')) : byId.get(id);
    // What is called by that very name is it, whatever else it says.
    return name === undefined || taken.has(`${kind}/${name}`) ? object : { ...object, name };
  });
}

/** Apis by what they were called when they were made, where that is another name by now, and nobody else's. */
function renamedApis(named: readonly MemoryObject[], all: readonly MemoryObject[]): ReadonlyMap<string, string> {
  const apis = named.flatMap((object, index): [string, string][] => {
    const before = all[index]?.name ?? '';
    return object.kind === 'Api' ? [[before, nameOf(addressOfObject(object))]] : [];
  });
  const present = new Set(apis.map(([, name]) => name));
  return new Map(apis.filter(([before, name]) => before !== name && !present.has(before)));
}

function withApiNames(fields: Fields, names: ReadonlyMap<string, string>): Fields {
  const access = Object.entries(recordIn(fields, 'access'));
  if (!access.some(([api]) => names.has(api))) return fields;
  return { ...fields, access: Object.fromEntries(access.map(([api, granted]) => [names.get(api) ?? api, granted])) };
}

/** As a server shows what nobody set, in the words of a projection. */
const UNSET: Readonly<Record<string, JsonObject>> = {
  Api: { tokenLifetime: null, senderConstrained: null, tokenAlg: null, tokenType: null, claims: {} },
  Client: { enabled: true, description: '', labels: {}, auth: 'client_secret_basic', access: {} },
};

/** How often its secret is rotated is noted by grantry alone: of what it did not make nothing is known, and nothing differs. */
function withUnset({ kind, fields }: MemoryObject, client: DesiredClient | undefined, known: KnownFields): Fields {
  if (stackOf(fields) !== undefined) return fields;
  const rotation = client === undefined ? {} : { rotateEvery: client.credential.rotate.every };
  const unset = Object.entries(UNSET[kind] ?? {}).filter(([key]) => known.get(kind)?.has(key) === true);
  return { ...Object.fromEntries(unset), ...rotation, ...fields };
}

/** The fields that objects of each kind have in a projection: that of a test may be another provider's. */
type KnownFields = ReadonlyMap<string, ReadonlySet<string>>;

function knownFields(projected: readonly DesiredObject[]): KnownFields {
  const known = new Map<string, Set<string>>();
  for (const { address, fields } of projected) {
    const keys = known.get(kindOf(address)) ?? new Set();
    known.set(kindOf(address), keys);
    for (const key of Object.keys(fields)) keys.add(key);
  }
  return known;
}
