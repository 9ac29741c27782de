/** What the store of Vault makes of its answers, where a server that is asked in a test would not give them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { portsOver } from '../../../test/support/servers/ports-over.ts';
import { secretPayload } from '../../../test/support/stored-secrets.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { Store } from '../store.ts';
import { openVaultStore } from './index.ts';
import type { VaultSettings } from './settings.ts';

const SETTINGS: VaultSettings = {
  kind: 'vault',
  address: 'http://v',
  namespace: undefined,
  mount: 'kv',
  prefix: 'm2m',
  auth: { kind: 'token', token: new Secret('canary-token') },
};
const MOUNT = { data: { type: 'kv', path: 'kv/', options: { version: '2' } } };
const DATE = { date: 'Tue, 01 Dec 2026 00:00:00 GMT' };
const FORBIDDEN = { errors: ['permission denied'] };
const DOCUMENT = { clientId: 'orders', payload: secretPayload('s'), facts: {} };

interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** What is answered to a method at a path, which begins behind /v1/; anything else is not there. */
let answers: Record<string, Answer>;
let sent: string[];
beforeEach(() => {
  answers = {
    'GET auth/token/lookup-self': { body: { data: { ttl: 0, renewable: false } } },
    'GET sys/internal/ui/mounts/kv': { body: MOUNT },
  };
  sent = [];
});

function open(settings: Partial<VaultSettings> = {}): Promise<Store> {
  const ports = portsOver(
    async (url, { method = 'GET' } = {}) => {
      const call = `${method} ${new URL(url).pathname.replace('/v1/', '')}`;
      sent.push(call);
      const { status = 200, body = {}, headers = DATE } = answers[call] ?? { status: 404, body: { errors: [] } };
      return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
    },
    { env: {}, random: () => 0 },
  );
  return openVaultStore({ ...SETTINGS, ...settings }, ports);
}

describe('openVaultStore', () => {
  it.each([{ mount: 'kv/../sys' }, { mount: '' }, { prefix: 'm2m//other' }, { prefix: '../other' }])(
    'sends nothing where the place is no path: %j',
    async (place) => {
      await expect(open(place)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      expect(sent).toEqual([]);
    },
  );

  it('takes a mount without a prefix', async () => {
    expect((await open({ prefix: '' })).locate('orders')).toBe('kv/orders');
  });

  it.each<[string, Answer, string]>([
    ['KV of version 1', { body: { data: { type: 'kv', path: 'kv/', options: { version: '1' } } } }, 'is KV version 1'],
    ['KV that says no version', { body: { data: { type: 'kv', path: 'kv/', options: null } } }, 'is KV version 1'],
    ['another engine', { body: { data: { type: 'pki', path: 'kv/', options: { version: '2' } } } }, 'is of type "pki"'],
    ['what the token may see nothing of', { status: 403, body: FORBIDDEN }, 'kv'],
  ])('refuses a mount that is %s', async (_, answer, message) => {
    answers['GET sys/internal/ui/mounts/kv'] = answer;
    await expect(open()).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining(message),
    });
  });

  it('says of a token that is refused that it is the token, not the mount', async () => {
    const body = { errors: ['permission denied', 'invalid token'] };
    answers['GET sys/internal/ui/mounts/kv'] = { status: 403, body };
    await expect(open()).rejects.toMatchObject({ message: expect.stringContaining('does not accept the token') });
  });
});

describe('a write to Vault', () => {
  it('fails where the server is going to delete what was written', async () => {
    const store = await open();
    const data = { version: 1, deletion_time: '2026-12-24T00:00:00Z' };
    answers['POST kv/data/m2m/orders'] = { body: { data } };
    await expect(store.write('orders', DOCUMENT, 0)).rejects.toMatchObject({
      code: 'FAILED',
      message: expect.stringContaining('is going to delete kv/m2m/orders at 2026-12-24T00:00:00Z'),
    });
  });

  it('is a conflict where somebody else wrote meanwhile', async () => {
    const store = await open();
    const body = { errors: ['check-and-set parameter did not match the current version'] };
    answers['POST kv/data/m2m/orders'] = { status: 400, body };
    await expect(store.write('orders', DOCUMENT, 0)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is refused where the token may not write, and what is removed is gone only where the server says so', async () => {
    const store = await open();
    for (const call of ['POST kv/data/m2m/orders', 'DELETE kv/metadata/m2m/orders'])
      answers[call] = { status: 403, body: FORBIDDEN };
    await expect(store.write('orders', DOCUMENT, 0)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await expect(store.purge('orders')).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  });
});

describe('the clock of a record in Vault', () => {
  it('is that of its answers, and never that of this machine', async () => {
    const store = await open();
    expect(await store.readRecord('lock/acme')).toMatchObject({ value: undefined, now: Date.parse(DATE.date) });
    for (const headers of [{}, { date: 'soon' }]) {
      answers['GET kv/data/m2m/.grantry/lock/acme'] = { status: 404, body: { errors: [] }, headers };
      await expect(store.readRecord('lock/acme')).rejects.toMatchObject({
        code: 'UNREACHABLE',
        message: expect.stringContaining('does not say what time it is'),
      });
    }
  });
});

describe('the limits of a mount of Vault', () => {
  it('are not known to a token that may not read them; any other refusal is one', async () => {
    const store = await open();
    answers['GET kv/config'] = { status: 403, body: FORBIDDEN };
    expect(await store.limits()).toEqual({});
    const other = await open();
    answers['GET kv/config'] = { status: 403, body: { errors: ['permission denied', 'invalid token'] } };
    await expect(other.limits()).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  });
});

/** A listing with one name in it. */
function warned(...warnings: string[]): Answer {
  return { body: { data: { keys: ['orders'] }, warnings } };
}

describe('what lies in Vault', () => {
  it('is nothing where nothing is there', async () => {
    const store = await open();
    expect(await store.inspect('orders')).toBeUndefined();
    expect(await store.read('orders')).toBeUndefined();
    expect([...(await store.existing(['orders']))]).toEqual([]);
  });

  it('is read with its version and its mark', async () => {
    const store = await open();
    const metadata = { version: 3, created_time: '', deletion_time: '', destroyed: false };
    const data = { client_id: 'orders', client_secret: 's', audience: 'a' };
    answers['GET kv/data/m2m/orders'] = { body: { data: { data, metadata } } };
    answers['GET kv/metadata/m2m/orders'] = {
      body: {
        data: {
          current_version: 3,
          versions: { 3: metadata },
          custom_metadata: { grantry_stack: 'acme', grantry_client: 'orders', grantry_state: 'active' },
        },
      },
    };
    expect(await store.read('orders')).toMatchObject({ document: { clientId: 'orders' }, version: 3 });
    expect(await store.inspect('orders')).toMatchObject({ mark: { stack: 'acme' }, version: 3, readable: true });
  });

  it('is listed with the deleted where that is asked for, whatever the server warns of', async () => {
    const store = await open();
    const deleted = { includeDeleted: true };
    answers['GET kv/metadata/m2m'] = warned('Endpoint ignored these unrecognized parameters: [exclude_deleted]');
    expect([...(await store.existing(['orders', 'audit'], deleted))]).toEqual(['orders']);
    await expect(store.existing(['orders'])).rejects.toMatchObject({ code: 'UNREACHABLE' });
    answers['GET kv/metadata/m2m'] = warned('something else');
    expect([...(await store.existing(['orders']))]).toEqual(['orders']);
  });

  it.each([200, 204])('is gone where the server says so with %d', async (status) => {
    const store = await open();
    answers['DELETE kv/metadata/m2m/orders'] = { status };
    await expect(store.purge('orders')).resolves.toBeUndefined();
  });
});
