import { expect, it } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { openKeycloak } from '../index.ts';

const DELIVERY = { at: 7, place: 'secret/orders', path: 'orders', facts: 'digest' };
const ROW = { id: '1', clientId: 'orders', serviceAccountsEnabled: true, description: 'as it stands' };

/** The body of the PUT that marks a credential, at a server that says this of itself. */
async function marked(info: () => Response, row: object = ROW): Promise<unknown> {
  let body: unknown;
  const ports = portsOver(async (input, init = {}) => {
    const { pathname } = new URL(input);
    if (pathname === '/admin/serverinfo') return info();
    if (pathname.includes('/client-policies/')) return Response.json({ profiles: [], policies: [] });
    if (init.method !== 'PUT') return Response.json(row);
    body = await new Response(init.body).json();
    return new Response(null, { status: 204 });
  });
  await openKeycloak(keycloakSettings(), ports, { tokens: givenTokens() }).markDelivered('1', DELIVERY);
  return body;
}

const version = (text: string) => () => Response.json({ systemInfo: { version: text }, features: [] });

it.each([
  ['an old server', version('26.0.8')],
  ['a server that nobody knows', () => Response.json({}, { status: 403 })],
])('a mark: says that the client has a service account, for %s would else delete it', async (_, info) => {
  expect(await marked(info)).toMatchObject({ serviceAccountsEnabled: true });
  // One that was switched off stays so.
  expect(await marked(info, { ...ROW, serviceAccountsEnabled: false })).toMatchObject({
    serviceAccountsEnabled: false,
  });
});

it('a mark: says nothing but itself to a newer server', async () => {
  expect(Object.keys(Object(await marked(version('26.2.5'))))).toEqual(['attributes']);
});
