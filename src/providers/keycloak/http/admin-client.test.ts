import { expect, test } from 'vitest';
import { keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { lendFetch, makeAdminClient } from './admin-client.ts';

test('the admin client: sends nothing, and gets no token, without a fetch that it was lent', async () => {
  let asked = 0;
  const client = await makeAdminClient(keycloakSettings(), async () => `token-${(asked += 1)}`);
  await expect(client.clients.find()).rejects.toThrow('the admin client was called without a fetch');
  expect(asked).toBe(0);
});

test('the admin client: sends by the fetch that it was lent, and by no other', async () => {
  const client = await makeAdminClient(keycloakSettings(), async () => 'token');
  const sent: string[] = [];
  const fetch = async (url: string | URL): Promise<Response> => {
    sent.push(new URL(url).pathname);
    return Response.json([]);
  };
  expect(await lendFetch(fetch, () => client.clients.find())).toEqual([]);
  expect(sent).toEqual(['/admin/realms/acme/clients']);
  // What is no URL would go past the fetch: it goes nowhere.
  await expect(lendFetch(fetch, () => globalThis.fetch(new Request('http://localhost:1')))).rejects.toThrow(TypeError);
  expect(sent).toHaveLength(1);
});
