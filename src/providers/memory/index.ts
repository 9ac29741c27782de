import { addressOf, isKind, nameOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { ClientSecret } from '../../model/credential.ts';
import type { DesiredState } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';
import { isRepeated } from '../../model/guessable.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { AdoptChange, CreateChange, DeleteChange, UpdateChange } from '../../model/plan.ts';
import { Secret } from '../../model/secret.ts';
import type { ActualObject, ActualState, Delivery, DesiredObject, Endpoints, Fields } from '../../model/state.ts';
import { NO_GRANT_FACTS } from '../provider.ts';
import type {
  Capabilities,
  ClientKey,
  CreatedClient,
  FoundClient,
  GrantFacts,
  GrownApi,
  IssuedCredential,
  NewClient,
  Provider,
  ReadOptions,
  SecretsFacet,
} from '../provider.ts';
import { projectDesired } from './project.ts';

/** An object as the provider in memory holds it. */
export interface MemoryObject {
  readonly kind: 'Api' | 'Client' | 'Rotation';
  readonly id: string;
  fields: Fields;
  secret?: string;
  createdAt?: number;
  /** The previous secret, and until when it is accepted, in Unix seconds. */
  previous?: { readonly secret: string; readonly until: number };
  delivered?: Delivery;
}

const CAPABILITIES: Capabilities = {
  chosenSecret: true,
  chosenClientId: true,
  secretChangeVisible: true,
  onRequestScopes: true,
  authMethodEnforced: false,
  introspection: false,
  apiMarks: true,
  tokenPerApi: false,
  secretOverlap: false,
  secretLag: 0,
};

/** A provider in memory, for tests of everything around providers; an Api is one object and its name its identity. */
export class MemoryProvider implements Provider {
  readonly capabilities: Capabilities;
  readonly objects: MemoryObject[] = [];
  /** The client_id that grantry itself logs in with. */
  ownClientId: string | undefined;
  /** Unix seconds: what the server's clock says. */
  now = 1_000_000;
  #ids = 0;
  #secrets = 0;

  constructor(capabilities: Partial<Capabilities> = {}) {
    this.capabilities = { ...CAPABILITIES, ...capabilities };
  }

  describe(): string {
    return 'memory';
  }

  project(desired: DesiredState): readonly DesiredObject[] {
    return projectDesired(desired, this.capabilities);
  }

  async endpoints(): Promise<Endpoints> {
    const issuer = 'https://memory.test';
    return { issuer, token: `${issuer}/token`, jwks: `${issuer}/jwks`, introspection: undefined };
  }

  async findClient(key: ClientKey): Promise<FoundClient | undefined> {
    const found = this.objects.find(
      ({ kind, id, fields }) =>
        kind === 'Client' && ('id' in key ? id === key.id : textIn(fields, 'clientId') === key.clientId),
    );
    if (found === undefined) return undefined;
    const stack = textIn(found.fields, 'stack');
    return { id: found.id, clientId: textIn(found.fields, 'clientId'), stack: stack === '' ? undefined : stack };
  }

  async whyTaken(_clientId: string): Promise<GrantryError | undefined> {
    return undefined;
  }

  async answers(): Promise<boolean> {
    return true;
  }

  async readGrants(): Promise<GrantFacts> {
    return NO_GRANT_FACTS;
  }

  async read(desired: DesiredState, { withSecrets = false, only }: ReadOptions = {}): Promise<ActualState> {
    const { stack } = desired.target;
    const wanted = new Map(
      this.project(desired).map((object) => [identityOf(object.address, object.fields), object.address]),
    );
    const objects = this.objects.flatMap((object) => {
      const address = wanted.get(identityOf(addressOfObject(object), object.fields));
      const ours = object.fields['stack'] === stack;
      const askedFor = [...(only?.ids.values() ?? [])].includes(object.id);
      return address === undefined && !ours && !askedFor
        ? []
        : [this.#view(object, address ?? addressOfObject(object), stack, withSecrets)];
    });
    const origins = desired.apis.flatMap(({ name, managed }) => {
      const address = addressOf('Api', name);
      const found = this.objects.find((object) => object.kind === 'Api' && addressOfObject(object) === address);
      if (managed || found === undefined || found.fields['stack'] === stack) return [];
      const { fields } = found;
      return [{ address, stack: textIn(fields, 'stack') || undefined, owner: textIn(fields, 'owner') || undefined }];
    });
    return {
      objects,
      origins,
      impossible: [],
      listedClients: this.objects.filter(({ kind }) => kind === 'Client').length,
      overlaps: this.capabilities.secretOverlap ? 'supported' : 'unsupported',
      ...(this.ownClientId === undefined ? {} : { ownClientId: this.ownClientId }),
    };
  }

  #view(object: MemoryObject, address: Address, stack: string, withSecrets: boolean): ActualObject {
    const { id, kind, fields, secret, createdAt, delivered, previous } = object;
    const marked = fields['stack'];
    const what = `${kind.toLowerCase()} ${nameOf(address)}`;
    return {
      address,
      id,
      owner: typeof fields['owner'] === 'string' ? fields['owner'] : '',
      foreign: marked === stack ? [] : [{ what, stack: typeof marked === 'string' ? marked : undefined }],
      fields,
      ...(kind === 'Client'
        ? {
            credential: {
              clientId: textIn(fields, 'clientId'),
              createdAt: this.capabilities.secretChangeVisible ? createdAt : undefined,
              delivered,
              ...(previous === undefined ? {} : { previousUntil: previous.until }),
              ...(secret !== undefined && isRepeated(secret) ? { guessable: true as const } : {}),
              ...(previous !== undefined && isRepeated(previous.secret) ? { previousGuessable: true as const } : {}),
              ...(withSecrets && secret !== undefined ? { present: secretOf(secret) } : {}),
            },
          }
        : kind === 'Api'
          ? { heldByOthers: this.#holders(object, stack) }
          : {}),
    };
  }

  #holders(api: MemoryObject, stack: string): Record<string, string[]> {
    const name = nameOf(addressOfObject(api));
    const holders: Record<string, string[]> = {};
    for (const client of this.objects) {
      if (client.kind !== 'Client' || client.fields['stack'] === stack) continue;
      for (const scope of scopesOf(client.fields, name))
        (holders[scope] ??= []).push(textIn(client.fields, 'clientId'));
    }
    return holders;
  }

  async growApi(change: CreateChange | UpdateChange | AdoptChange): Promise<GrownApi> {
    if (change.op === 'create') {
      const same = this.objects.find((object) => object.kind === 'Api' && addressOfObject(object) === change.address);
      if (same === undefined) this.#add('Api', change.after);
      else same.fields = change.after;
      return { found: change.after };
    }
    const object = this.#get(change.id);
    const scopes = { ...recordIn(object.fields, 'scopes'), ...recordIn(change.after, 'scopes') };
    object.fields = { ...change.after, scopes };
    return { found: change.after };
  }

  async shrinkApi(change: UpdateChange | AdoptChange | DeleteChange): Promise<void> {
    if (change.op === 'delete') return this.#remove(change.id);
    this.#get(change.id).fields = change.after;
  }

  async createClient({ change, chosen }: NewClient): Promise<CreatedClient> {
    const clientId = textIn(change.after, 'clientId');
    if (this.objects.some((object) => object.kind === 'Client' && object.fields['clientId'] === clientId)) {
      throw new GrantryError('CONFLICT', `memory already has a client ${clientId}`);
    }
    const object = this.#add('Client', change.after);
    object.secret = chosen?.credential.secret.reveal() ?? this.#newSecret();
    object.createdAt = chosen?.delivery.at ?? this.#secrets;
    if (chosen !== undefined) object.delivered = chosen.delivery;
    return { id: object.id, issued: this.#issued(object.id), found: object.fields };
  }

  async updateClient(change: UpdateChange | AdoptChange): Promise<Fields> {
    const object = this.#get(change.id);
    object.fields = change.after;
    return object.fields;
  }

  async explainDifference(): Promise<undefined> {
    return undefined;
  }

  async deleteClient(change: DeleteChange): Promise<void> {
    this.#remove(change.id);
  }

  readonly secrets: SecretsFacet = {
    read: async (id) => this.#issued(id),
    regenerate: async (id) => this.#regenerate(id),
    set: async (id, { credential, createdAt, delivery }) => {
      const secret = credential.secret.reveal();
      Object.assign(this.#get(id), { secret, createdAt, delivered: delivery });
    },
    endOverlap: async (id) => {
      const object = this.#get(id);
      const { previous } = object;
      delete object.previous;
      return previous === undefined ? undefined : secretOf(previous.secret);
    },
  };

  #issued(id: string): IssuedCredential {
    const { fields, secret, createdAt, previous } = this.#get(id);
    return {
      id,
      clientId: textIn(fields, 'clientId'),
      credential: secretOf(secret ?? ''),
      createdAt: this.capabilities.secretChangeVisible ? createdAt : undefined,
      ...(previous === undefined ? {} : { previousUntil: previous.until }),
    };
  }

  async changeOverlap(change: CreateChange | UpdateChange | AdoptChange | DeleteChange): Promise<void> {
    if (change.op === 'delete') return this.#remove(change.id);
    const same = this.objects.find((object) => addressOfObject(object) === change.address);
    if (same === undefined) this.#add('Rotation', change.after);
    else same.fields = change.after;
  }

  #regenerate(id: string): IssuedCredential {
    const object = this.#get(id);
    const overlap = this.objects.find(
      ({ kind, fields }) => kind === 'Rotation' && fields['name'] === object.fields['overlap'],
    );
    const seconds = Number(overlap?.fields['seconds'] ?? 0);
    const before = object.secret;
    object.secret = this.#newSecret();
    object.createdAt = this.now;
    if (seconds > 0 && before !== undefined) object.previous = { secret: before, until: this.now + seconds };
    else delete object.previous;
    return this.#issued(id);
  }

  /** Whether the token endpoint would take the secret now. */
  accepts(clientId: string, secret: string): boolean {
    const object = this.objects.find(({ kind, fields }) => kind === 'Client' && fields['clientId'] === clientId);
    const { previous } = object ?? {};
    return object?.secret === secret || (previous?.secret === secret && previous.until > this.now);
  }

  async markDelivered(id: string, delivery: Delivery): Promise<void> {
    this.#get(id).delivered = delivery;
  }

  /** What somebody does by hand: a new secret, of which grantry is not told. */
  regenerate(id: string): void {
    const object = this.#get(id);
    object.secret = this.#newSecret();
    object.createdAt = (object.createdAt ?? 0) + 1;
  }

  /** An object that was there before grantry, or that somebody else made. */
  plant(kind: MemoryObject['kind'], fields: Fields): MemoryObject {
    const object = this.#add(kind, fields);
    if (kind === 'Client') object.secret = this.#newSecret();
    return object;
  }

  #add(kind: MemoryObject['kind'], fields: Fields): MemoryObject {
    this.#ids += 1;
    const object: MemoryObject = { kind, id: `id-${this.#ids}`, fields };
    this.objects.push(object);
    return object;
  }

  #get(id: string): MemoryObject {
    const object = this.objects.find((candidate) => candidate.id === id);
    if (object === undefined) throw new GrantryError('FAILED', `memory has no object ${id}`);
    return object;
  }

  #remove(id: string): void {
    const index = this.objects.findIndex((object) => object.id === id);
    if (index !== -1) this.objects.splice(index, 1);
  }

  #newSecret(): string {
    this.#secrets += 1;
    return `generated-${this.#secrets}`;
  }
}

function secretOf(value: string): ClientSecret {
  return { kind: 'client-secret', secret: new Secret(value) };
}

function addressOfObject({ kind, fields }: MemoryObject): Address {
  return addressOf(kind, textIn(fields, 'name') || textIn(fields, 'clientId'));
}

/** A client is known by its client_id, an Api by its name. */
function identityOf(address: Address, fields: Fields): string {
  return isKind(address, 'Client') ? `Client ${textIn(fields, 'clientId')}` : address;
}

function textIn(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
}

function recordIn(fields: Fields, key: string): JsonObject {
  const value = fields[key];
  return isRecord(value) ? value : {};
}

function isRecord(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function scopesOf(client: Fields, api: string): string[] {
  const access = recordIn(recordIn(client, 'access'), api);
  return ['scopes', 'onRequest'].flatMap((key) => (Array.isArray(access[key]) ? access[key].map(String) : []));
}
