import { afterEach, describe, expect, it } from 'vitest';
import { newClientFields } from '../../../demo/auth0/emulator/management/client-defaults.ts';
import { startAuth0Emulator } from './start-emulator.ts';
import type { Auth0Emulator, EmulatorOptions } from '../../../demo/auth0/emulator/emulator.ts';
import { textOf } from '../../../demo/auth0/emulator/json.ts';
import { logIn } from './management-client.ts';
import type { ManagementClient } from './management-client.ts';

let emulator: Auth0Emulator;

afterEach(() => emulator.close());

/** A tenant with so many clients beside those that it starts with, each with a grant for the Management API. */
async function start(count: number, options: EmulatorOptions = {}): Promise<ManagementClient> {
  emulator = await startAuth0Emulator(options);
  const { state, tenant } = emulator;
  for (let n = 0; n < count; n += 1) {
    const id = `client${n}`;
    state.clients.set(id, { id, fields: newClientFields({ name: id, app_type: 'non_interactive' }, tenant) });
    const fields = { client_id: id, audience: `https://${tenant.domain}/api/v2/`, scope: [], subject_type: 'client' };
    state.addGrant({ id: `cgr_${String((n * 7919) % 100_000).padStart(16, '0')}`, fields });
  }
  return logIn(emulator);
}

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : -1);

describe('by offset', () => {
  it('are bare without totals, 50 at a time', async () => {
    const { body } = await (await start(60)).call('GET', '/clients');
    expect(lengthOf(body)).toBe(50);
  });

  it('give totals when asked', async () => {
    const page = await (await start(60)).ok('GET', '/clients?include_totals=true&per_page=20&page=3');
    expect(page).toMatchObject({ total: 62, start: 60, limit: 20 });
    expect(lengthOf(page['clients'])).toBe(2);
  });

  it('reach only so far as the switch says', async () => {
    const api = await start(1100);
    expect(await api.call('GET', '/clients?per_page=100&page=9')).toMatchObject({ status: 200 });
    expect(await api.call('GET', '/clients?per_page=100&page=10')).toMatchObject({
      status: 400,
      body: {
        errorCode: 'invalid_paging',
        message: expect.stringContaining('You can only page through the first 1000 records'),
      },
    });
    await emulator.close();
    const free = await start(1100, { switches: { offsetCap: undefined } });
    expect(await free.call('GET', '/clients?per_page=100&page=10')).toMatchObject({ status: 200 });
  });

  it.each([
    'per_page=101',
    'page=-1',
    'per_page=ten',
    'include_totals=yes',
    'take=0',
    'take=101',
    'from=nonsense',
    'size=5',
  ])('refuse %s', async (query) => {
    expect(await (await start(0)).call('GET', `/clients?${query}`)).toMatchObject({ status: 400 });
  });

  it('have smaller pages where the switch says so', async () => {
    const api = await start(0, { switches: { maxPerPage: 50 } });
    expect(await api.call('GET', '/clients?per_page=51')).toMatchObject({ status: 400 });
    expect(await api.call('GET', '/client-grants?take=51')).toMatchObject({ status: 400 });
  });
});

describe('by checkpoint', () => {
  it.each([
    ['/clients', 'clients', 3502],
    ['/client-grants', 'client_grants', 3501],
  ])('%s come whole, each element once, and the last page has no next', async (path, key, total) => {
    const api = await start(3500);
    const ids = new Set<string>();
    let pages = 0;
    for (let next = ''; ;) {
      const page = await api.ok('GET', `${path}?take=100&include_totals=true${next}`);
      expect(Object.keys(page).filter((name) => name !== 'next')).toEqual([key]);
      for (const item of Array.isArray(page[key]) ? page[key] : []) ids.add(JSON.stringify(item));
      pages += 1;
      if (page['next'] === undefined) break;
      next = `&from=${textOf(page['next'])}`;
    }
    expect(ids.size).toBe(total);
    expect(pages).toBe(Math.ceil(total / 100));
  });
});

describe('filters', () => {
  it('find the global client, kinds and audiences', async () => {
    const api = await start(3);
    const names = async (query: string): Promise<unknown> =>
      (await api.call('GET', `/clients?fields=name&${query}`)).body;
    expect(await names('is_global=true')).toEqual([{ name: 'All Applications' }]);
    expect(await names('is_global=false&app_type=spa')).toEqual([]);
    expect(lengthOf(await names('app_type=non_interactive'))).toBe(4);
    expect((await api.call('GET', '/client-grants?client_id=client1')).body).toMatchObject([{ client_id: 'client1' }]);
    expect((await api.call('GET', '/client-grants?subject_type=user')).body).toEqual([]);
  });

  it('name resource servers by their identifiers, any number of them', async () => {
    const api = await start(0);
    for (const name of ['a', 'b', 'c']) await api.ok('POST', '/resource-servers', { identifier: `https://${name}` });
    const { body } = await api.call('GET', '/resource-servers?identifiers=https%3A%2F%2Fa&identifiers=https%3A%2F%2Fc');
    expect(body).toMatchObject([{ identifier: 'https://a' }, { identifier: 'https://c' }]);
  });

  it('of fields leave others out, or only these', async () => {
    const api = await start(1);
    expect((await api.call('GET', '/clients/client0?fields=name,client_id')).body).toEqual({
      name: 'client0',
      client_id: 'client0',
    });
    expect((await api.call('GET', '/clients/client0?fields=name&include_fields=false')).body).not.toHaveProperty(
      'name',
    );
  });
});
