import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientSchema } from './manifest.ts';
import { readPlainClient } from './plain-client.ts';

const PLAIN = {
  apiVersion: 'grantry/v1',
  kind: 'Client',
  metadata: { name: 'order-service', owner: 'team-a', description: 'Orders', labels: { stage: 'beta', empty: '' } },
  spec: {
    access: [{ api: 'inventory', scopes: ['inventory:read'], onRequest: ['inventory:write'] }, { api: 'billing' }],
    auth: 'client_secret_post',
    secret: { path: 'team-a/order-service' },
    targets: ['dev', 'prod'],
  },
};

/** What may stand where something else is expected. */
const junk = fc.constantFrom<unknown>(
  undefined,
  null,
  '',
  ' ',
  'x',
  'Not-A-Name',
  'a'.repeat(255),
  'a'.repeat(256),
  0,
  1.5,
  true,
  [],
  {},
  ['x'],
  [''],
  [1],
  [{}],
  { x: 'y' },
  { x: 1 },
  { '': 'y' },
  { ['__proto__']: 'y' },
  'client_secret_basic',
  'private_key_jwt',
);
const key = fc.constantFrom(
  'labels',
  'path',
  'rotate',
  'clientId',
  'keycloak',
  'overrides',
  'scopes',
  'extra',
  '__proto__',
);

type Change = readonly [path: readonly string[], act: 'replace' | 'remove' | 'add', key: string, junk: unknown];

/** Every place in a value, its root too. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [path, ...entries.flatMap(([name, part]) => placesIn(part, [...path, name]))];
}

/** Wrapped, so that the root can be replaced too. */
function change(document: unknown, changes: readonly Change[]): unknown {
  const root = { root: structuredClone(document) };
  for (const [path, act, name, value] of changes) {
    const way = ['root', ...path];
    const into = act === 'add' ? [...way, name] : way;
    const parent = into.slice(0, -1).reduce<unknown>((inside, step) => Object(inside)[step], root);
    const last = into.at(-1) ?? '';
    if (typeof parent !== 'object' || parent === null) continue;
    // No list of a document has keys or gaps.
    if (Array.isArray(parent)) parent.splice(Number(last), 1, ...(act === 'remove' ? [] : [structuredClone(value)]));
    else if (act === 'remove') Reflect.deleteProperty(parent, last);
    else {
      const own = { value: structuredClone(value), enumerable: true, writable: true, configurable: true };
      Object.defineProperty(parent, last, own);
    }
  }
  return root.root;
}

const altered = fc
  .array(fc.tuple(fc.constantFrom(...placesIn(PLAIN)), fc.constantFrom('replace', 'remove', 'add'), key, junk), {
    maxLength: 3,
  })
  .map((changes) => change(PLAIN, changes));

describe('readPlainClient', () => {
  it('reads what nearly all Clients say', () => {
    expect(readPlainClient(PLAIN)).toEqual(clientSchema.parse(PLAIN));
    const least = { apiVersion: 'grantry/v1', kind: 'Client', metadata: { name: 'a' } };
    expect(readPlainClient(least)).toEqual(clientSchema.parse(least));
  });

  it('says nothing else than the schema, or nothing', () => {
    let [read, refused] = [0, 0];
    fc.assert(
      fc.property(altered, (document) => {
        const plain = readPlainClient(document);
        const { success, data } = clientSchema.safeParse(document);
        if (plain === undefined) refused += Number(!success);
        else read += 1;
        expect(plain ?? data).toEqual(data);
      }),
      { numRuns: 5000 },
    );
    // Neither side of the comparison may be empty.
    expect(Math.min(read, refused)).toBeGreaterThan(100);
  });

  it.each([
    ['clientId', { clientId: 'x' }],
    ['rotate', { secret: { rotate: { every: '30d' } } }],
    ['overrides', { overrides: {} }],
    ['keycloak', { keycloak: {} }],
  ])('leaves %s to the schema', (_, spec) => {
    expect(readPlainClient({ ...PLAIN, spec })).toBeUndefined();
  });
});
