import { addressOf, isKind, nameOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { DesiredApi, DesiredState } from '../../model/desired.ts';
import { isRepeated } from '../../model/secrets/guessable.ts';
import { addToGroup } from '../../model/values/groups.ts';
import { sameJson } from '../../model/values/json.ts';
import type { ActualCredential, ActualObject, ActualState, OwnedApis, Fields, OwnedApi } from '../../model/state.ts';
import { releasedApis } from '../released-apis.ts';
import type { Capabilities, ReadOptions } from '../provider.ts';
import {
  addressOfObject,
  asCredential,
  clientIdOf,
  grantedIn,
  recordIn,
  stackOf,
  textIn,
  workloadOf,
} from './fields.ts';
import { asManifestsKnowThem } from './hand-made.ts';
import type { MemoryObject } from './objects.ts';
import { endedKeys, keysOf } from './write-keys.ts';

/** Everything that is looked at. */
interface Reading extends Pick<ReadOptions, 'only'> {
  readonly desired: DesiredState;
  readonly projected: ReadOptions['projected'] & {};
  readonly capabilities: Capabilities;
  readonly ledger: OwnedApis;
  readonly withSecrets: boolean;
  /** Unix seconds. */
  readonly now: number;
  /** How output names the provider. */
  readonly where: string;
}

/** What the stack has among these objects, and what stands in its way. */
export function readObjects(there: readonly MemoryObject[], reading: Reading): ActualState {
  const { desired, projected, capabilities } = reading;
  const all = asManifestsKnowThem(there, desired, projected, capabilities);
  const unmanaged = desired.apis.filter(({ managed }) => !managed);
  const apis = all.filter(({ kind }) => kind === 'Api');
  return {
    objects: relevantObjects(all, reading).map(([object, address]) => viewOf(object, address, all, reading)),
    origins: originsOf(apis, unmanaged, desired.target.stack),
    releasedApis: releasedApis(
      apis.filter((api) => ownerOf(api, reading) === desired.target.stack).map((api) => nameOf(addressOfObject(api))),
      unmanaged,
    ),
    impossible: missingUnmanaged(apis, unmanaged, reading.where),
    listedClients: all.filter(({ kind }) => kind === 'Client').length,
    overlaps: capabilities.secretOverlap ? 'supported' : 'unsupported',
  };
}

/** Those of the stack, those that manifests claim, and those that were asked for; Apis that others manage are none of them. */
function relevantObjects(all: readonly MemoryObject[], reading: Reading): [MemoryObject, Address][] {
  const { desired, projected, capabilities, only } = reading;
  const wanted = new Map(projected.map(({ address, fields }) => [identityOf(address, fields, capabilities), address]));
  const others = new Set(desired.apis.flatMap(({ name, managed }) => (managed ? [] : [addressOf('Api', name)])));
  const askedFor = new Set(only?.ids.values() ?? []);
  return all.flatMap((object): [MemoryObject, Address][] => {
    const present = addressOfObject(object);
    const address = wanted.get(identityOf(present, object.fields, capabilities));
    const isRelevant = address !== undefined || ownerOf(object, reading) === desired.target.stack;
    if (others.has(present) || !(isRelevant || askedFor.has(object.id))) return [];
    if (object.kind === 'Issuer' && desired.target.issuers === undefined) return [];
    return [[object, address ?? present]];
  });
}

/** A client is known by its client_id where that can be chosen, an issuer by its alias, everything else by its name. */
function identityOf(address: Address, fields: Fields, { chosenClientId }: Capabilities): string {
  if (isKind(address, 'Issuer')) return `Issuer ${textIn(fields, 'alias')}`;
  return isKind(address, 'Client') && chosenClientId ? `Client ${textIn(fields, 'clientId')}` : address;
}

/** The stack that an object belongs to: its mark says so, or the ledger. An overlap is never anybody else's. */
function ownerOf(object: MemoryObject, { capabilities, desired, ledger }: Reading): string | undefined {
  if (object.kind === 'Rotation') return stackOf(object.fields) ?? desired.target.stack;
  if (object.kind !== 'Api' || capabilities.apiMarks) return stackOf(object.fields);
  return ownedAs(object, ledger) === undefined ? undefined : desired.target.stack;
}

/** Made anew by somebody else under the same audience it would have another id. */
function ownedAs({ id, fields }: MemoryObject, ledger: OwnedApis): OwnedApi | undefined {
  const entry = ledger[textIn(fields, 'audience')];
  if (entry === undefined || entry.id === id) return entry;
  const isAsWanted = sameJson(Object.keys(recordIn(fields, 'scopes')).toSorted(), entry.scopes);
  return entry.id === null && isAsWanted ? entry : undefined;
}

function viewOf(object: MemoryObject, address: Address, all: readonly MemoryObject[], reading: Reading): ActualObject {
  const { desired, ledger, capabilities } = reading;
  const stack = ownerOf(object, reading);
  const what = `${object.kind.toLowerCase()} ${nameOf(address)}`;
  const owned = object.kind === 'Api' && !capabilities.apiMarks ? ownedAs(object, ledger) : undefined;
  return {
    address,
    id: object.id,
    owner: owned?.owner ?? textIn(object.fields, 'owner'),
    foreign: stack === desired.target.stack ? [] : [{ what, stack }],
    fields: withEnded(object, reading.now),
    ...(object.kind === 'Client' ? { credential: { ...credentialOf(object, reading), ...unusable(object) } } : {}),
    ...(object.kind === 'Api' ? { outsideHolders: holdersOf(object, all, reading) } : {}),
  };
}

/** With the keys whose overlap is over: nobody declares them. */
function withEnded(object: MemoryObject, now: number): Fields {
  const ended = endedKeys(object, now);
  return ended.length === 0 ? object.fields : { ...object.fields, endedKeys: ended };
}

function unusable({ fields }: MemoryObject): Pick<ActualCredential, 'unusable'> {
  return fields['enabled'] === false ? { unusable: 'it is disabled' } : {};
}

function credentialOf(object: MemoryObject, { capabilities, withSecrets }: Reading): ActualCredential {
  if (object.fields['auth'] === 'private_key_jwt') {
    const { clientId, present, previousUntil, delivered } = keysOf(object, { capabilities });
    return {
      clientId,
      createdAt: present?.createdAt,
      delivered,
      ...(present === undefined ? {} : { keyId: present.keyId }),
      ...(previousUntil === undefined ? {} : { previousUntil }),
    };
  }
  const { secret, createdAt, delivered, previous } = object;
  const identity = workloadOf(object);
  if (identity !== undefined) {
    return { clientId: clientIdOf(object, capabilities), createdAt: undefined, delivered, identity };
  }
  return {
    clientId: clientIdOf(object, capabilities),
    createdAt: capabilities.secretChangeVisible ? createdAt : undefined,
    delivered,
    ...(previous === undefined ? {} : { previousUntil: previous.until }),
    ...(secret !== undefined && isRepeated(secret) ? { guessable: true as const } : {}),
    ...(previous !== undefined && isRepeated(previous.secret) ? { previousGuessable: true as const } : {}),
    ...(withSecrets && secret !== undefined ? { present: asCredential(secret) } : {}),
  };
}

/** The client_ids of clients outside the stack, by scope. */
function holdersOf(
  api: MemoryObject,
  all: readonly MemoryObject[],
  { desired, capabilities }: Reading,
): Record<string, string[]> {
  const name = nameOf(addressOfObject(api));
  const holders = new Map<string, string[]>();
  for (const client of all) {
    if (client.kind !== 'Client' || stackOf(client.fields) === desired.target.stack) continue;
    const { scopes, onRequest } = grantedIn(client.fields, name);
    for (const scope of [...scopes, ...onRequest]) addToGroup(holders, scope, clientIdOf(client, capabilities));
  }
  return Object.fromEntries(holders);
}

function originsOf(
  apis: readonly MemoryObject[],
  unmanaged: readonly DesiredApi[],
  stack: string,
): NonNullable<ActualState['origins']> {
  return unmanaged.flatMap(({ name }) => {
    const address = addressOf('Api', name);
    const fields = apis.find((api) => addressOfObject(api) === address)?.fields;
    if (fields === undefined || stackOf(fields) === stack) return [];
    return [{ address, stack: stackOf(fields), owner: textIn(fields, 'owner') || undefined }];
  });
}

/** Apis with `managed: false` that are not there, or not whole. */
function missingUnmanaged(
  apis: readonly MemoryObject[],
  unmanaged: readonly DesiredApi[],
  where: string,
): ActualState['impossible'] {
  return unmanaged.flatMap(({ name, scopes }) => {
    const address = addressOf('Api', name);
    const existing = recordIn(apis.find((api) => addressOfObject(api) === address)?.fields ?? {}, 'scopes');
    const missing = scopes.filter((scope) => !Object.hasOwn(existing, scope.name)).map((scope) => scope.name);
    if (missing.length === 0) return [];
    const reason = `managed: false, so it must exist, but ${where} has no scope ${missing.join(', ')}`;
    return [{ address, reason, hint: 'Let the stack that owns it create it first, or correct the manifest.' }];
  });
}
