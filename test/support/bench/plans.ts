import { addressOf, type Address } from '../../../src/model/address.ts';
import type { Json, JsonObject } from '../../../src/model/values/json.ts';
import type {
  CreateChange,
  DeleteChange,
  DeliverChange,
  DeliveryReason,
  Plan,
  PlannedDelivery,
  UpdateChange,
} from '../../../src/model/plan.ts';
import type { Fields } from '../../../src/model/state.ts';

/** A client as the Keycloak provider has it in fields: hardened, without access. */
export function clientFields(name: string, special: JsonObject = {}): Fields {
  return {
    stack: 'acme-platform',
    name,
    owner: 'team-checkout',
    clientId: name,
    description: `What ${name} is for`,
    labels: {},
    enabled: true,
    access: {},
    otherScopes: { default: [], optional: [] },
    protocolMappers: [],
    flows: {
      standard: false,
      implicit: false,
      directAccessGrants: false,
      serviceAccount: true,
      device: false,
      ciba: false,
      tokenExchange: false,
    },
    publicClient: false,
    bearerOnly: false,
    consentRequired: false,
    authorizationServices: false,
    fullScopeAllowed: false,
    redirectUris: [],
    webOrigins: [],
    authenticator: 'client-secret',
    auth: 'client_secret_basic',
    tokenLifetime: null,
    rotateEvery: 7_776_000,
    attributes: {},
    roles: { realm: [], clients: {} },
    scopeMappings: { realm: [], clients: {} },
    ...special,
  };
}

/** An Api as the Keycloak provider has it in fields. */
export function apiFields(
  audience: string,
  scopes: Readonly<Record<string, string>>,
  introspectedBy: string[] = [],
): Fields {
  const scope = (description: string): Json => ({
    description,
    audience: [audience],
    introspectedBy,
    inTokenScope: true,
    otherMappers: [],
    markedFor: null,
  });
  return {
    stack: 'acme-platform',
    owner: 'team-logistics',
    scopes: Object.fromEntries(Object.entries(scopes).map(([name, description]) => [name, scope(description)])),
  };
}

export function delivery(client: string, reason: DeliveryReason, movedFrom?: string): PlannedDelivery {
  const facts = {
    token_url: 'http://localhost:8080/realms/acme/protocol/openid-connect/token',
    auth_method: 'client_secret_basic',
  };
  const base = {
    client,
    clientId: client,
    path: client,
    place: `secret/m2m/${client}`,
    facts,
    reason,
    pathIsEmpty: reason === 'new',
  };
  return movedFrom === undefined ? base : { ...base, movedFrom };
}

interface Special {
  readonly owner?: string;
  readonly reason?: string;
  readonly notes?: Readonly<Record<string, string>>;
}

function base(address: Address, { owner = 'team-checkout', reason = '', notes = {} }: Special) {
  return { address, owner, reason, notes, dependsOn: [] };
}

export function createClient(name: string, fields: JsonObject = {}, special: Special = {}): CreateChange {
  const address = addressOf('Client', name);
  return {
    op: 'create',
    ...base(address, special),
    after: clientFields(name, fields),
    delivery: delivery(name, 'new'),
  };
}

export function updateClient(name: string, before: JsonObject, after: JsonObject, special: Special = {}): UpdateChange {
  const address = addressOf('Client', name);
  const sides = { before: clientFields(name, before), after: clientFields(name, after) };
  return { op: 'update', ...base(address, special), id: `id-of-${name}`, ...sides };
}

export function deleteClient(name: string, fields: JsonObject = {}, special: Special = {}): DeleteChange {
  const address = addressOf('Client', name);
  const delivered = { at: 1_700_000_000, place: `secret/m2m/${name}`, path: name, facts: 'digest' };
  return {
    op: 'delete',
    ...base(address, special),
    id: `id-of-${name}`,
    before: clientFields(name, fields),
    delivered,
  };
}

export function deliverClient(name: string, reason: DeliveryReason, special: Special = {}): DeliverChange {
  const address = addressOf('Client', name);
  return {
    op: 'deliver',
    ...base(address, special),
    id: `id-of-${name}`,
    after: clientFields(name),
    delivery: delivery(name, reason),
  };
}

export function access(grants: Readonly<Record<string, { scopes?: string[]; onRequest?: string[] }>>): JsonObject {
  return {
    access: Object.fromEntries(
      Object.entries(grants).map(([api, { scopes = [], onRequest = [] }]) => [api, { scopes, onRequest }]),
    ),
  };
}

export function planOf(changes: Plan['changes'], special: Partial<Plan> = {}): Plan {
  return {
    target: 'dev',
    stack: 'acme-platform',
    provider: 'Keycloak http://localhost:8080 realm acme',
    store: 'Vault secret/m2m',
    changes,
    conflicts: [],
    guards: [],
    unchanged: { apis: 0, clients: 214 },
    ...special,
  };
}
