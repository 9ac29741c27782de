import type { DesiredState } from '../../model/desired.ts';
import type { GrantryError } from '../../model/errors.ts';
import type { Estate, EstateSelection } from '../../model/estate.ts';
import type { AdoptChange, CreateChange, DeleteChange, UpdateChange } from '../../model/plan.ts';
import type { ActualState, Delivery, DesiredObject, Endpoints, Fields } from '../../model/state.ts';
import { KEY_ALGS } from '../../model/secrets/key-alg.ts';
import { makeFieldWords } from '../common-fields.ts';
import { NO_GRANT_FACTS, NO_ROLES } from '../provider.ts';
import { formOfApis } from '../token-form.ts';
import type {
  Capabilities,
  ClientKey,
  CreatedClient,
  FederationFacet,
  FoundClient,
  GrantFacts,
  KeysFacet,
  WrittenApi,
  NewClient,
  Provider,
  ProviderServer,
  ReadOptions,
  SecretsFacet,
  TokenBehaviour,
} from '../provider.ts';
import { clientIdOf, textIn } from './fields.ts';
import { MemoryObjects } from './objects.ts';
import type { ClientPorts, Disobedience, MemoryKey, MemoryObject } from './objects.ts';
import { estateOf } from './estate.ts';
import { projectDesired } from './project.ts';
import { readObjects } from './read.ts';
import { addApiScopes, removeApiScopes } from './write-api.ts';
import {
  createClient,
  endOverlap,
  findClient,
  issuedOf,
  regenerateSecret,
  renewSecret,
  setSecret,
  updateClient,
} from './write-client.ts';
import { acceptsKey, addKey, keepNewestKey, keysOf } from './write-keys.ts';
import { changeIssuer, evaluate, readIdentity } from './write-issuers.ts';
import { changeOverlap } from './write-overlaps.ts';

export const memoryCapabilities: Capabilities = {
  chosenSecret: true,
  chosenClientId: true,
  secretChangeVisible: true,
  onRequestScopes: true,
  authMethodEnforced: false,
  introspection: false,
  apiMarks: true,
  senderConstraint: true,
  typedTokens: true,
  constantClaims: true,
  tokenPerApi: false,
  secretOverlap: false,
  federation: false,
  secretLag: 0,
  tokenRevocation: true,
  keyAlgs: KEY_ALGS,
};

type ObjectChange = CreateChange | UpdateChange | AdoptChange;

/**
 * A provider in memory, for tests of everything around providers; an Api is one object and its name its identity. What it
 * can do is chosen: it does without what a capability denies. Beside the contract it has the handles that tests need.
 */
export class MemoryProvider implements Provider {
  readonly capabilities: Capabilities;
  readonly words = makeFieldWords([]);
  readonly tokens: TokenBehaviour;
  /** Absent where its capabilities deny it. */
  readonly federation?: FederationFacet;
  /** The client_id that grantry itself logs in with. */
  ownClientId: string | undefined;
  /** Unix seconds: what the server's clock says. */
  now = 1_000_000;
  readonly #objects = new MemoryObjects();

  constructor(capabilities: Partial<Capabilities> = {}) {
    this.capabilities = { ...memoryCapabilities, ...capabilities };
    const { tokenPerApi, federation } = this.capabilities;
    if (federation) this.federation = this.#federation();
    const denial = tokenPerApi ? { status: 403, error: 'access_denied' } : { status: 400, error: 'invalid_scope' };
    const disabled = tokenPerApi ? denial : { status: 401, error: 'invalid_client' };
    this.tokens = { denial, disabled, declaredRoles: () => NO_ROLES, formOf: (_client, apis) => formOfApis(apis) };
  }

  get objects(): MemoryObject[] {
    return this.#objects.all;
  }

  /** Undefined: it does what it is told. */
  set disobedience(how: Disobedience | undefined) {
    this.#objects.disobedience = how;
  }

  get #ports(): ClientPorts {
    return { objects: this.#objects, capabilities: this.capabilities, now: this.now };
  }

  describe(): string {
    return 'memory';
  }

  async server(): Promise<ProviderServer> {
    return { version: undefined, capabilities: this.capabilities };
  }

  project(desired: DesiredState): readonly DesiredObject[] {
    return projectDesired(desired, this.capabilities);
  }

  async endpoints(): Promise<Endpoints> {
    const issuer = 'https://memory.test';
    const introspection = this.capabilities.introspection ? `${issuer}/introspect` : undefined;
    return { issuer, token: `${issuer}/token`, jwks: `${issuer}/jwks`, introspection };
  }

  async findClient(key: ClientKey): Promise<FoundClient | undefined> {
    return findClient(this.#ports, key);
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

  async read(desired: DesiredState, options: ReadOptions = {}): Promise<ActualState> {
    const { withSecrets = false, projected = this.project(desired), ledger = {}, only } = options;
    const { capabilities, now } = this;
    const reading = { desired, projected, capabilities, now, ledger, withSecrets, only, where: this.describe() };
    const own = this.ownClientId === undefined ? {} : { ownClientId: this.ownClientId };
    return { ...readObjects(this.objects, reading), ...own };
  }

  async readEstate(_desired: DesiredState, selection: EstateSelection): Promise<Estate> {
    return estateOf(this.objects, selection, this);
  }

  async addApiScopes(change: ObjectChange): Promise<WrittenApi> {
    return addApiScopes(this.#objects, change);
  }

  async removeApiScopes(change: UpdateChange | AdoptChange | DeleteChange): Promise<Fields | undefined> {
    return removeApiScopes(this.#objects, change);
  }

  async createClient(client: NewClient): Promise<CreatedClient> {
    return createClient(this.#ports, client);
  }

  async updateClient(change: UpdateChange | AdoptChange): Promise<Fields> {
    return updateClient(this.#ports, change);
  }

  async explainDifference(): Promise<undefined> {
    return undefined;
  }

  async deleteClient(change: DeleteChange): Promise<void> {
    this.#objects.remove(change.id);
  }

  async markDelivered(id: string, delivery: Delivery): Promise<Delivery | undefined> {
    const object = this.#objects.get(id);
    object.delivered = delivery;
    return object.delivered;
  }

  async changeOverlap(change: ObjectChange | DeleteChange): Promise<Fields | undefined> {
    if (!this.capabilities.secretOverlap) throw new TypeError('memory has no overlaps here');
    return changeOverlap(this.#objects, change);
  }

  async revokeTokens(id: string, before: number): Promise<number | undefined> {
    const object = this.#objects.get(id);
    object.notBefore = before;
    return object.notBefore;
  }

  readonly secrets: SecretsFacet = {
    read: async (id) => issuedOf(this.#objects.get(id), this.#ports),
    regenerate: async (id) => regenerateSecret(this.#ports, id),
    set: async (id, chosen) => setSecret(this.#ports, id, chosen),
    endOverlap: async (id) => endOverlap(this.#ports, id),
  };

  #federation(): FederationFacet {
    return {
      changeIssuer: async (change) => changeIssuer(this.#objects, change),
      readIdentity: async (id) => readIdentity(this.#ports, id),
      evaluate: async (clientId, parameters) => evaluate(this.#ports, clientId, parameters),
    };
  }

  readonly keys: KeysFacet = {
    now: async () => this.now,
    read: async (id) => keysOf(this.#objects.get(id), this.#ports),
    add: async (id, key) => addKey(this.#ports, id, key),
    keepNewest: async (id) => keepNewestKey(this.#ports, id),
  };

  /** Whether the token endpoint would take the secret now. */
  accepts(clientId: string, secret: string): boolean {
    const { fields, secret: present, previous } = this.#clientOf(clientId) ?? {};
    if (fields?.['auth'] === 'private_key_jwt' || fields?.['auth'] === 'federated') return false;
    return present === secret || (previous?.secret === secret && previous.until > this.now);
  }

  /** The key, if the token endpoint would take an assertion signed with it now. */
  acceptsKey(clientId: string, keyId: string): MemoryKey | undefined {
    const object = this.#clientOf(clientId);
    return object === undefined ? undefined : acceptsKey(object, keyId, this.now);
  }

  #clientOf(clientId: string): MemoryObject | undefined {
    return this.objects.find((each) => each.kind === 'Client' && this.clientIdOf(each) === clientId);
  }

  /** What a client authenticates as. */
  clientIdOf(object: MemoryObject): string {
    return clientIdOf(object, this.capabilities);
  }

  /** What somebody does by hand: a new secret, of which grantry does not know. */
  regenerate(id: string): void {
    const object = this.#objects.get(id);
    renewSecret(this.#ports, object, (object.createdAt ?? 0) + 1);
  }

  /** An object that was there before grantry, or that somebody else made. */
  plant(kind: MemoryObject['kind'], fields: Fields, name = textIn(fields, 'name')): MemoryObject {
    const object = this.#objects.add(kind, name, fields);
    if (kind === 'Client') object.secret = this.#objects.newSecret();
    return object;
  }
}
