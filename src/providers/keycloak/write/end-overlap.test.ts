import { expect, it } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { openKeycloak } from '../index.ts';

/** Ends the overlap of a client whose previous secret the server shows as this; gives what is known of it. */
async function previous(rotated: string): Promise<string | undefined> {
  const row = { id: '1', clientId: 'orders', secret: 'present', attributes: { 'client.secret.rotated': rotated } };
  const ports = portsOver(async (_, init) =>
    init?.method === 'DELETE' ? new Response(null, { status: 204 }) : Response.json(row),
  );
  const { secrets } = openKeycloak(keycloakSettings(), ports, { tokens: givenTokens() });
  return (await secrets?.endOverlap('1'))?.previous?.secret.reveal();
}

it('endOverlap: gives the previous secret, and never a mask in its place, of which a refusal would show nothing', async () => {
  expect(await previous('the one before')).toBe('the one before');
  expect(await previous('**********')).toBeUndefined();
});

/** What is left of a previous secret that a DELETE does not take away, and whether a PUT does. */
async function left(takesPut: boolean): Promise<number | undefined> {
  let attributes: object = { 'client.secret.rotated': 'before', 'client.secret.rotated.expiration.time': '9' };
  const ports = portsOver(async (input, init) => {
    if (String(input).includes('/client-policies/')) return Response.json({ profiles: [], policies: [] });
    if (init?.method === 'PUT' && takesPut) attributes = {};
    if (init?.method !== undefined && init.method !== 'GET') return new Response(null, { status: 204 });
    return Response.json({ id: '1', clientId: 'orders', secret: 'present', attributes });
  });
  const { secrets } = openKeycloak(keycloakSettings(), ports, { tokens: givenTokens() });
  return (await secrets?.endOverlap('1'))?.previousUntil;
}

it('endOverlap: takes away by itself what the server leaves, and says where that is not done either', async () => {
  expect(await left(true)).toBeUndefined();
  expect(await left(false)).toBe(9);
});
