import { expect, test } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import type { DesiredClient, DesiredState } from '../../../model/desired.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import { resolveKeycloakClient } from '../client-settings.ts';
import { openKeycloak } from '../index.ts';

const HOUR = 3600;
const POSITION = { file: 'clients.yaml', line: 1, column: 1 };
const SETTINGS = keycloakSettings();
const CLIENT: DesiredClient = {
  name: 'orders',
  clientId: 'orders',
  owner: '',
  description: '',
  labels: {},
  access: [],
  auth: 'client_secret_basic',
  state: 'enabled',
  credential: { path: 'orders', rotate: { every: 7_776_000, overlap: 0 } },
  settings: resolveKeycloakClient(undefined),
  position: POSITION,
};
const DESIRED: DesiredState = {
  target: {
    name: 'dev',
    stack: 'acme',
    provider: SETTINGS,
    store: { kind: 'file' },
    rotate: { every: 7_776_000, overlap: 0 },
    guards: { maxDeletes: 5, maxDeletePercent: 20, protect: [], maxCredentialAge: undefined },
    position: POSITION,
  },
  apis: [],
  clients: [CLIENT],
  overlaps: [],
};

/** What every write of the client has in common. */
const CHANGE = { address: 'Client/orders', owner: '', reason: '', dependsOn: [], notes: {} } as const;

const CHOSEN = { kind: 'client-secret', secret: new Secret('chosen') } as const;

/** What is made of a client at a server that answers a POST so, and `keeps` what was posted or does not. */
async function create(
  answer: () => Response,
  keeps: boolean,
  others: readonly object[] = [],
): Promise<{ readonly posts: number; readonly id: string }> {
  const posted: object[] = [];
  const ports = portsOver(async (input, { method, body } = {}) => {
    const { pathname } = new URL(input);
    const readsBack = /\/clients\/(?:made|found)$/.test(pathname);
    if (readsBack) return Response.json({ ...posted[0], id: pathname.split('/').at(-1) });
    if (method !== 'POST') return Response.json(keeps ? posted.map((client) => ({ ...client, id: 'found' })) : others);
    posted.push(Object(await new Response(body).json()));
    return answer();
  });
  const provider = openKeycloak(SETTINGS, ports, { tokens: givenTokens() });
  const after = provider.project(DESIRED)[0]?.fields ?? {};
  const delivery = { at: 7, place: 'secret/orders', path: 'orders', facts: 'digest' };
  const { id } = await provider
    .createClient({ change: { ...CHANGE, op: 'create', after }, chosen: { credential: CHOSEN, delivery } })
    .catch((error: Error) => ({ id: error.message }));
  return { posts: posted.length, id };
}

function breakOff(): never {
  throw Object.assign(new Error('broken'), { code: 'ECONNRESET' });
}

const at = (location: string): Response => new Response(null, { status: 201, headers: { location } });

test('a creation of a client: takes the id from where the server put the client', async () => {
  expect(await create(() => at('http://localhost:1/admin/realms/acme/clients/made'), true)).toEqual({
    posts: 1,
    id: 'made',
  });
});

test.each([
  ['says not where', () => new Response(null, { status: 201 })],
  ['says nothing of use', () => at('http://localhost:1/admin/realms/acme/clients/')],
  ['breaks off', breakOff],
  ['may have acted', () => new Response(null, { status: 502 })],
])('a creation of a client: looks for a client where the server %s, and never asks for it twice', async (_, answer) => {
  expect(await create(answer, true)).toEqual({ posts: 1, id: 'found' });
  expect(await create(answer, false)).toEqual({ posts: 1, id: expect.stringContaining('Keycloak') });
});

test.each([
  ['no mark', {}],
  [
    'the mark of another delivery',
    { 'grantry.delivered': '{"at":8,"place":"secret/orders","path":"orders","facts":"digest"}' },
  ],
  ['the mark of the stack alone', { 'grantry.stack': 'acme', 'grantry.name': 'orders' }],
])(
  "a creation of a client: takes a client with %s for somebody else's, where the answer was lost",
  async (_, attributes) => {
    const present = { id: 'theirs', clientId: 'orders', attributes };
    expect(await create(breakOff, false, [present])).toEqual({ posts: 1, id: expect.stringContaining('Keycloak') });
  },
);

test.each([
  ['two days ahead, where the server says the time', 48, 1, 'ROTATION_IN_OVERLAP'],
  ['right', 0, 1, 'ROTATION_IN_OVERLAP'],
  // It gets as far as to the write, which nobody answers.
  ['right, half an hour after its end', 0, -0.5, 'ROTATION_IN_OVERLAP'],
  ['right, more than an hour after its end', 0, -1.5, 'UNREACHABLE'],
])('an overlap is not ended by a change on a machine whose clock is %s', async (_, ahead, left, outcome) => {
  const now = Date.parse('2026-11-30T12:00:00Z');
  const until = String(now / 1000 + left * HOUR);
  const attributes = { 'client.secret.rotated.expiration.time': until };
  const row = { id: '1', clientId: 'orders', secret: 'canary', attributes };
  const headers = { date: new Date(now).toUTCString() };
  const base = portsOver(async (_url, init) => (init?.method === 'PUT' ? breakOff() : Response.json(row, { headers })));
  const clock = { now: () => now + ahead * HOUR * 1000, sleep: async () => undefined };
  const provider = openKeycloak(SETTINGS, { ...base, clock }, { tokens: givenTokens() });
  const after = provider.project(DESIRED)[0]?.fields ?? {};
  const update = provider.updateClient({
    ...CHANGE,
    op: 'update',
    id: '1',
    before: { ...after, overlap: '48h' },
    after,
  });
  await expect(update).rejects.toMatchObject({ code: outcome });
});

test.each<[string, string[], number]>([
  ['the stack makes its keys', [], 1],
  ['its owner keeps its keys', ['by-hand'], 0],
])('a client with a key that others registered is taken over where %s', async (_, strayKeys, taken) => {
  const jwks = JSON.stringify({ keys: [{ kty: 'RSA', kid: 'by-hand', n: 'x', e: 'AQAB' }] });
  const attributes = { 'use.jwks.string': 'true', 'jwks.string': jwks };
  const row = { id: '1', clientId: 'orders', clientAuthenticatorType: 'client-jwt', attributes };
  const put: unknown[] = [];
  const ports = portsOver(async (_url, { method, body } = {}) => {
    if (method !== 'PUT') return Response.json(row);
    put.push(await new Response(body).json());
    return new Response(null, { status: 204 });
  });
  const provider = openKeycloak(SETTINGS, ports, { tokens: givenTokens() });
  const auth = { private_key_jwt: { alg: 'RS256' as const } };
  const fields = provider.project({ ...DESIRED, clients: [{ ...CLIENT, auth }] })[0]?.fields ?? {};
  const before = { ...fields, stack: null, strayKeys: ['by-hand'] };
  await provider.updateClient({
    ...CHANGE,
    op: 'adopt',
    id: '1',
    from: [null],
    before,
    after: { ...fields, strayKeys },
  });
  const keys = put.filter((body) => JSON.stringify(body).includes('jwks.string'));
  expect(keys).toHaveLength(taken);
});
