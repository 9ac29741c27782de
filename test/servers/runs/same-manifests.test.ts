/** The example's manifests on both providers: a move from one to the other changes the Target and nothing else. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TokenClient } from '../../../src/engine/proof/token-client.ts';
import { openAuth0Place } from '../../contract/provider/auth0-place.ts';
import { openKeycloakPlace } from '../../contract/provider/keycloak-place.ts';
import { ProviderSubject } from '../../contract/provider/provider-subject.ts';
import { EXAMPLE } from '../../support/process/example.ts';
import { loginIn } from '../../../src/engine/places/stored-credential.ts';

let keycloak: ProviderSubject;
let auth0: ProviderSubject;
beforeAll(async () => {
  keycloak = new ProviderSubject(await openKeycloakPlace());
  // Auth0 cannot keep a granted scope out of a token that asks for none.
  auth0 = new ProviderSubject(await openAuth0Place('onRequestScopes: grant, '));
  await keycloak.setUp(EXAMPLE);
  await auth0.setUp(EXAMPLE);
});
afterAll(() => Promise.all([keycloak.close(), auth0.close()]));

/** By client and Api: scopes and audience of the token that asks for what is always granted, and of one that asks for all. */
async function accessOf(subject: ProviderSubject): Promise<Record<string, readonly string[]>> {
  const { desired, provider } = await subject.open(EXAMPLE);
  const tokens = new TokenClient(await provider.endpoints(), subject.ports);
  const access: Record<string, readonly string[]> = {};
  for (const client of desired.clients) {
    const stored = await subject.store.read(client.credential.path);
    if (stored === undefined) throw new Error(`${client.name} was not delivered`);
    const login = loginIn(stored, client.name);
    for (const { api, scopes, onRequest } of client.access) {
      const declared = desired.apis.find(({ name }) => name === api);
      const ofApi = new Set(declared?.scopes.map(({ name }) => name));
      for (const scope of [scopes, [...scopes, ...onRequest]].map((names) => names.join(' '))) {
        const audience = provider.capabilities.tokenPerApi ? { audience: declared?.audience ?? '' } : {};
        const answer = await tokens.request(login, client.auth, { parameters: { scope, ...audience } });
        const claims = 'token' in answer ? decodeJwt(answer.token) : {};
        const carried = String(claims['scope'])
          .split(' ')
          .filter((name) => ofApi.has(name));
        const audiences = [claims.aud ?? []].flat().filter((name) => name === declared?.audience);
        access[`${client.name} at ${api} for ${scope}`] = [...carried.toSorted(), ...audiences];
      }
    }
  }
  return access;
}

it('gives clients whose tokens carry the same scopes and audience at each Api', async () => {
  const ofKeycloak = await accessOf(keycloak);
  expect(ofKeycloak['order-service at inventory for inventory:read']).toEqual([
    'inventory:read',
    'https://inventory.internal',
  ]);
  expect(Object.keys(ofKeycloak).length).toBeGreaterThan(4);
  expect(await accessOf(auth0)).toEqual(ofKeycloak);
});

it('is proven on both', async () => {
  expect(await keycloak.unproven(EXAMPLE)).toEqual([]);
  expect(await auth0.unproven(EXAMPLE)).toEqual([]);
});
