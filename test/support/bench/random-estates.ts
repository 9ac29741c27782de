/** What people may have made at a provider, by hand and under any names, for properties of imports. */
import fc from 'fast-check';
import { MemoryProvider } from '../../../src/providers/memory/index.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import type { Noted } from '../../../src/providers/memory/objects.ts';

/** Names as people give them, and as nobody would. */
export const anyName = fc.oneof(
  fc.constantFrom(
    'orders',
    'Orders',
    'orders-2',
    'Order Service',
    'billing/export',
    'urn:acme:mail',
    '"quoted"',
    "it's",
    'yes',
    'null',
    '0x1f',
    '12:30',
    '~',
    '- dash',
    '# comment',
    'a: b',
    '{flow}',
    'größe',
    'портал',
    '在庫',
    '../../etc/passwd',
    'constructor',
    'x'.repeat(255),
  ),
  fc.string({ minLength: 1, maxLength: 20 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
);

/** Mostly this, and now and then that. */
function mostly<T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

/** Prose, with what a manifest cannot hold in it now and then. */
const prose = mostly(
  fc.constantFrom(
    '',
    'Takes orders',
    ' blanks ',
    'two\nlines',
    'two\n\n lines \n',
    'tab\tbed',
    'yes',
    '# no',
    '---',
    '\u202Ereversed',
    'a\rb',
  ),
  fc.oneof(
    fc.constantFrom('${env:SECRET}', '\u0007', `hvs.${'x'.repeat(24)}`),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
  ),
);

const noted: fc.Arbitrary<Noted> = fc.record({
  facts: fc.record({ 'attributes.team': fc.oneof(fc.constantFrom('team-a', 'Team A', 'Команда', ''), anyName) }),
  notes: fc.array(prose, { maxLength: 2 }),
  lastUsed: fc.constant('2026-11-02T10:00:00Z'),
});

const unsaid = { reason: 'mixed', why: 'It has user-facing flows too.', todo: 'Split it.' };

const mark = mostly<string | undefined>(fc.constant(undefined), fc.constantFrom('acme', 'others'));

const api = fc.record({
  name: anyName,
  audience: mostly(fc.oneof(fc.webUrl(), fc.constantFrom('inventory', 'urn:acme:mail')), anyName),
  tokenLifetime: fc.constantFrom(null, 60, 300, 3601),
  senderConstrained: fc.constantFrom(null, 'dpop'),
  tokenAlg: fc.constantFrom(null, 'ES256'),
  claims: fc.constantFrom({}, { tenant: 'acme', 'a b': 5 }),
  scopes: mostly(
    fc.uniqueArray(
      fc.oneof(fc.stringMatching(/^[a-z]{1,4}(:[a-z*.]{1,5})?$/), fc.constantFrom('null', 'yes', '0x1f')),
      { minLength: 1, maxLength: 4 },
    ),
    fc.tuple(anyName),
  ),
  description: prose,
  noted,
  stack: mark,
});

const client = fc.record({
  clientId: anyName,
  enabled: mostly<boolean | undefined>(fc.constant(undefined), fc.constant(false)),
  auth: fc.constantFrom('client_secret_basic', 'client_secret_post', 'any', 'private_key_jwt'),
  description: prose,
  labels: mostly<Record<string, string>>(fc.constant({}), fc.constant({ tier: 'backend' })),
  isMixed: mostly(fc.constant(false), fc.constant(true)),
  grants: fc.array(fc.record({ api: fc.nat(), scope: fc.nat(), onRequest: fc.boolean() }), { maxLength: 3 }),
  noted,
  stack: mark,
});

export interface RandomEstate {
  readonly provider: MemoryProvider;
  /** Puts the objects into another order: by these numbers. */
  readonly shuffle: (order: readonly number[]) => void;
}

/** A provider with objects that nobody declared. */
export function randomEstate(capabilities: Partial<Capabilities> = {}): fc.Arbitrary<RandomEstate> {
  // Clients name what they may call by its name there.
  const isSameApi = (one: Made<typeof api>, other: Made<typeof api>): boolean =>
    one.audience === other.audience || one.name === other.name;
  const apis = fc.uniqueArray(api, { maxLength: 4, comparator: isSameApi });
  const clients = fc.uniqueArray(client, { maxLength: 6, selector: ({ clientId }) => clientId });
  return fc.tuple(apis, clients).map(([apiList, clientList]) => {
    const provider = new MemoryProvider(capabilities);
    for (const one of apiList) plantApi(provider, one);
    for (const one of clientList) plantClient(provider, one, apiList);
    return {
      provider,
      shuffle: (order) => {
        const keys = new Map(provider.objects.map((object, index) => [object, order[index] ?? 0]));
        provider.objects.sort((left, right) => (keys.get(left) ?? 0) - (keys.get(right) ?? 0));
      },
    };
  });
}

type Made<T> = T extends fc.Arbitrary<infer Value> ? Value : never;

function plantApi(
  provider: MemoryProvider,
  { name, scopes, description, noted: about, stack, tokenAlg, ...rest }: Made<typeof api>,
): void {
  const fields = {
    ...rest,
    tokenAlg,
    tokenType: null,
    ...(stack === undefined ? {} : { stack, name, owner: 'team-b' }),
    scopes: Object.fromEntries(scopes.map((scope) => [scope, { description }])),
  };
  provider.plant('Api', fields, name).noted = about;
}

function plantClient(
  provider: MemoryProvider,
  { clientId, enabled, auth, description, labels, isMixed, grants, noted: about, stack }: Made<typeof client>,
  apis: readonly Made<typeof api>[],
): void {
  const access = new Map<string, { scopes: string[]; onRequest: string[] }>();
  for (const grant of grants) {
    const of = apis[grant.api % Math.max(apis.length, 1)];
    const scope = of?.scopes[grant.scope % of.scopes.length];
    if (of === undefined || scope === undefined) continue;
    const granted = access.get(of.name) ?? { scopes: [], onRequest: [] };
    access.set(of.name, granted);
    if (![...granted.scopes, ...granted.onRequest].includes(scope))
      granted[grant.onRequest ? 'onRequest' : 'scopes'].push(scope);
  }
  for (const granted of access.values()) {
    granted.scopes.sort();
    granted.onRequest.sort();
  }
  const fields = {
    ...(provider.capabilities.chosenClientId ? { clientId } : {}),
    ...(enabled === undefined ? {} : { enabled }),
    auth,
    ...(auth === 'private_key_jwt' ? { signingAlg: 'ES256' } : {}),
    description,
    labels,
    ...(stack === undefined ? {} : { stack, name: clientId, owner: 'team-b' }),
    access: Object.fromEntries(access),
  };
  provider.plant('Client', fields, clientId).noted = isMixed ? { ...about, unsaid } : about;
}
