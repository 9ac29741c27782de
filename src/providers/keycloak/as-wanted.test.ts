import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sameJson } from '../../model/json.ts';
import type { JsonObject } from '../../model/json.ts';
import type { DesiredState } from '../../model/desired.ts';
import { desiredState } from '../../../test/support/random-states.ts';
import { isAsWanted } from './as-wanted.ts';
import { assignedScopes, clientToFields, fieldsToAttributes, fieldsToClient } from './convert.ts';
import { NO_USER_FLOWS, clientFields } from './fields.ts';
import { ATTRIBUTE, MARK } from './marks.ts';
import { projectDesired } from './project.ts';
import { readClient } from './representations.ts';
import type { ClientRepresentation } from './representations.ts';
import { NO_ROLES } from './role-names.ts';

const SCOPES = ['service_account', 'roles', 'unknown', 'stock:read', 'stock:write', 'billing:read', 'mail:read'];
const ATTRIBUTES = [
  ...Object.values(MARK),
  ...Object.values(ATTRIBUTE),
  `${MARK.labelPrefix}tier`,
  `${MARK.labelPrefix}__proto__`,
  'own',
];
const VALUES = [
  undefined,
  '',
  'true',
  'false',
  '0',
  '300',
  'acme',
  'acme 48h',
  'backend',
  'any',
  '{"attributes":["own"],"roles":{"realm":[],"clients":{}}}',
];

const lists = fc.array(fc.constantFrom(...SCOPES), { maxLength: 4 }).map((names) => names.toSorted());

/** What a client has otherwise than as it is wanted: one thing, or a few. */
const otherwise = fc.array(
  fc.oneof(
    fc.record({
      what: fc.constant('attribute' as const),
      key: fc.constantFrom(...ATTRIBUTES),
      value: fc.constantFrom(...VALUES),
    }),
    fc.record({
      what: fc.constant('field' as const),
      key: fc.nat(),
      value: fc.oneof(fc.boolean(), fc.constantFrom('', 'other', 'client-jwt')),
    }),
    fc.record({ what: fc.constant('list' as const), key: fc.nat(), value: lists }),
    fc.constant({ what: 'mapper' as const }),
  ),
  { maxLength: 2 },
);

type Otherwise = typeof otherwise extends fc.Arbitrary<readonly (infer One)[]> ? One : never;

function change(client: ClientRepresentation, one: Otherwise): ClientRepresentation {
  if (one.what === 'mapper') {
    return { ...client, protocolMappers: [{ id: 'm', name: 'm', protocolMapper: 'oidc-audience-mapper', config: {} }] };
  }
  if (one.what === 'attribute') {
    const { [one.key]: _before, ...attributes } = client.attributes;
    return { ...client, attributes: one.value === undefined ? attributes : { ...attributes, [one.key]: one.value } };
  }
  const keys = Object.entries(client).flatMap(([key, value]) => {
    const isList = Array.isArray(value) && key !== 'protocolMappers';
    return (one.what === 'list' ? isList : typeof value === typeof one.value) ? [key] : [];
  });
  return { ...client, [keys[one.key % keys.length] ?? '']: one.value };
}

/** Every single thing that a client can have otherwise. */
function changesOf(client: ClientRepresentation): Otherwise[] {
  return [
    { what: 'mapper' },
    ...ATTRIBUTES.flatMap((key) => VALUES.map((value) => ({ what: 'attribute' as const, key, value }))),
    ...([true, false, '', 'other'] as const).flatMap((value) =>
      Object.keys(client).map((_, key) => ({ what: 'field' as const, key, value })),
    ),
    ...[
      ['unknown'],
      ['stock:read'],
      ['stock:read', 'stock:read'],
      ['service_account', 'stock:read', 'stock:write'],
    ].flatMap((value) => [0, 1, 2, 3].map((key) => ({ what: 'list' as const, key, value }))),
  ];
}

function refuse(field?: string): never {
  throw new Error(`not a client: ${field}`);
}

/** A client of a realm with these Apis that is just as its fields are to be. */
function asWanted({ apis, clients }: DesiredState, wanted: unknown, index: number) {
  const fields = clientFields.parse(wanted);
  const scopes = assignedScopes(fields);
  const client = readClient(
    {
      id: 'id',
      ...fieldsToClient(fields),
      attributes: fieldsToAttributes(fields),
      defaultClientScopes: ['service_account', ...scopes.default],
      optionalClientScopes: scopes.optional,
    },
    refuse,
  );
  const apiOfScope = new Map(apis.flatMap(({ name, scopes }) => scopes.map((scope) => [scope.name, name])));
  const declaredAttributes = Object.keys(clients[index]?.keycloak.attributes ?? {});
  return { client, context: { apiOfScope, declaredAttributes, roles: NO_ROLES, scopeMappings: NO_ROLES } };
}

/** What a client may be declared with that `desiredState` leaves out. */
const special = fc.record({
  labels: fc.constantFrom({}, { tier: 'backend' }, { tier: 'backend', stage: '' }),
  attributes: fc.constantFrom({}, {}, { own: 'true' }, { own: '' }),
  roles: fc.constantFrom({ realm: [], clients: {} }, { realm: [], clients: {} }, { realm: ['auditor'], clients: {} }),
  overlap: fc.constantFrom(0, 172_800),
});

/** Fields that no manifest can ask for now. */
const beyond = fc.constantFrom<JsonObject>(
  {},
  {},
  {},
  { redirectUris: ['x'] },
  { webOrigins: ['x'] },
  { protocolMappers: ['x'] },
  { flows: { ...NO_USER_FLOWS, ciba: true } },
  { otherScopes: { default: ['unknown'], optional: [] } },
  { scopeMappings: { realm: ['auditor'], clients: {} } },
  { access: { stock: { scopes: [], onRequest: [] } } },
);

it('takes a client for as wanted only where its fields are the same', () => {
  const seen = { told: 0, others: 0 };
  const clientOf = fc.tuple(fc.nat(), special, beyond, otherwise);
  fc.assert(
    fc.property(desiredState(), clientOf, (state, [at, { labels, attributes, roles, overlap }, more, changes]) => {
      fc.pre(state.clients.length > 0);
      const keycloak = { serviceAccountRoles: roles, attributes };
      const clients = state.clients.map(({ secret: { path }, ...client }) => {
        const secret = { path, rotate: { every: 7_776_000, overlap } };
        return { ...client, labels, keycloak, secret };
      });
      const desired = { ...state, clients, overlaps: [] };
      const index = at % clients.length;
      const projected = projectDesired(desired).slice(-clients.length)[index]?.fields ?? {};
      const { client, context } = asWanted(desired, projected, index);
      const wanted = { ...projected, ...more };
      const isSound = (changed: ClientRepresentation): boolean => {
        const same = sameJson(clientToFields(changed, context), wanted);
        if (!same) seen.others += 1;
        return same || !isAsWanted(changed, wanted, context);
      };
      const isPlain = Object.keys(attributes).length + roles.realm.length + Object.keys(more).length === 0;
      if (isPlain) {
        seen.told += 1;
        if (!isAsWanted(client, wanted, context)) return false;
      }
      const one = changesOf(client).every((only) => isSound(change(client, only)));
      return one && isSound(client) && isSound(changes.reduce(change, client));
    }),
    { numRuns: Number(process.env['LAW_RUNS'] ?? 300) },
  );
  // It would hold of one that never tells, or of clients that are all the same.
  expect(seen.told).toBeGreaterThan(10);
  expect(seen.others).toBeGreaterThan(100);
});
