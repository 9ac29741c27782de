import { describe, expect, it } from 'vitest';
import { portsOver } from '../../../test/support/servers/ports-over.ts';
import { GrantryError } from '../../model/errors.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Store, StoredDocument } from '../../stores/store.ts';
import type { Expectation } from './expectation.ts';
import { proveAll } from './prove-all.ts';
import type { Proofs } from './prove-all.ts';
import { secretPayload } from '../../../test/support/stored-secrets.ts';

const ENDPOINTS = {
  issuer: 'https://sso.test',
  token: 'https://sso.test/token',
  jwks: 'https://sso.test/keys',
  introspection: undefined,
};

function expectationOf(client: string): Expectation {
  return {
    client,
    path: client,
    auth: 'client_secret_basic',
    tokens: [
      {
        which: 'a token',
        claim: 'the credential in the store works',
        parameters: {},
        scopes: [],
        audiences: [],
        lifetime: undefined,
        roles: { realm: [], clients: {} },
      },
    ],
    found: [],
    refusal: undefined,
    denial: { status: 400, error: 'invalid_scope' },
    introspectors: [],
  };
}

type ReadOnly = Pick<Store, 'read' | 'locate'>;

/** Holds the documents of these clients; `fail` says where reading ends in an error. */
function storeWith(clients: readonly string[], fail: (path: string) => GrantryError | undefined = () => undefined) {
  const reads: string[] = [];
  const read = async (path: string): Promise<StoredDocument | undefined> => {
    reads.push(path);
    const error = fail(path);
    if (error !== undefined) throw error;
    if (!clients.includes(path)) return undefined;
    return { document: { clientId: path, payload: secretPayload('canary'), facts: {} }, version: 1 };
  };
  return { read, locate: (path: string) => `memory/${path}`, reads };
}

interface Options {
  readonly store: ReadOnly;
  readonly clients?: readonly string[];
  readonly answer?: () => Promise<Response>;
}

/** One client after the other. */
async function prove({ store, clients = ['a', 'b', 'c'], answer = refusal }: Options): Promise<Proofs> {
  const ports = portsOver(answer, { clock: { ...systemClock, sleep: async () => undefined }, random: () => 0 });
  const options = { inFlight: 1, stopped: () => false, onProof: () => undefined };
  return proveAll(clients.map(expectationOf), ENDPOINTS, store, ports, options);
}

async function refusal(): Promise<Response> {
  return Response.json({ error: 'invalid_client' }, { status: 401 });
}

function details({ proofs }: Proofs): (string | undefined)[] {
  return proofs.map(({ checks }) => checks[0]?.detail);
}

describe('proveAll', () => {
  it('has what is wrong with one client be the failed proof of that client', async () => {
    const proven = await prove({ store: storeWith(['a', 'c']) });
    expect(proven.outage).toBeUndefined();
    const refused = 'the token endpoint answers 401 invalid_client';
    expect(details(proven)).toEqual([refused, 'nothing lies at memory/b', refused]);
  });

  it.each(['UNREACHABLE', 'NOT_ALLOWED'] as const)('begins no more when the store is %s', async (code) => {
    const store = storeWith(['a', 'b', 'c'], () => new GrantryError(code, 'the store says no', { hint: 'Ask it.' }));
    const proven = await prove({ store });
    expect(proven.outage).toMatchObject({ code, message: 'the store says no', hint: 'Ask it.' });
    expect(store.reads).toEqual(['a']);
    expect(details(proven)).toEqual(['the store says no', 'the store says no', 'the store says no']);
  });

  it('goes on after a document that is damaged', async () => {
    const damaged = new GrantryError('FAILED', 'b is damaged');
    const store = storeWith(['a', 'b', 'c'], (path) => (path === 'b' ? damaged : undefined));
    const proven = await prove({ store });
    expect(proven.outage).toBeUndefined();
    expect(store.reads).toEqual(['a', 'b', 'c']);
    expect(details(proven)[1]).toBe('b is damaged');
  });

  it('takes a token endpoint that is out of order, or gone, for an outage', async () => {
    const store = storeWith(['a', 'b']);
    const down = await prove({ store, answer: async () => new Response('<html>', { status: 503 }) });
    expect(down.outage).toMatchObject({
      code: 'UNREACHABLE',
      message: 'The token endpoint at https://sso.test/token answers with status 503',
      hint: 'Check it with: curl -i https://sso.test/token',
    });
    const gone = await prove({ store, answer: async () => Promise.reject(new TypeError('fetch failed')) });
    expect(gone.outage?.message).toContain('The token endpoint cannot be reached at https://sso.test/token');
  });
});
