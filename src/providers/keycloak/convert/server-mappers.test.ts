import { expect, it } from 'vitest';
import { clientRepresentation } from './representations.ts';
import { isServersOwnMapper, serversOwnMappers } from './server-mappers.ts';

const TYPE = 'oidc-usersessionmodel-note-mapper';

function mapper(name: string, claim: string, special: Readonly<Record<string, string>> = {}) {
  const config = {
    'user.session.note': claim,
    'claim.name': claim,
    'jsonType.label': 'String',
    'access.token.claim': 'true',
    'id.token.claim': 'true',
    'introspection.token.claim': 'true',
    ...special,
  };
  return { id: name, name, protocolMapper: TYPE, config };
}

const OWN = [
  mapper('Client ID', 'client_id'),
  mapper('Client Host', 'clientHost'),
  mapper('Client IP Address', 'clientAddress'),
];

it('a mapper of the server: is one of the three that Keycloak 26.0 makes', () => {
  expect(OWN.map(isServersOwnMapper)).toEqual([true, true, true]);
});

it.each([
  ['another name', { ...mapper('Client ID', 'client_id'), name: 'Client id' }],
  ['the claim of another', mapper('Client ID', 'clientHost')],
  ['another type', { ...mapper('Client ID', 'client_id'), protocolMapper: 'oidc-hardcoded-claim-mapper' }],
  ['another claim', mapper('Client ID', 'client_id', { 'claim.name': 'aud' })],
  ['another note', mapper('Client Host', 'clientHost', { 'user.session.note': 'client_id' })],
  ['one setting more', mapper('Client ID', 'client_id', { 'lightweight.claim': 'true' })],
  ['another setting', mapper('Client ID', 'client_id', { 'id.token.claim': 'false' })],
  ['a name of an object', mapper('constructor', 'client_id')],
])('a mapper by hand: is not of the server, with %s', (_, odd) => {
  expect(isServersOwnMapper(odd)).toBe(false);
});

function staying(...protocolMappers: readonly object[]): object[] {
  return serversOwnMappers(clientRepresentation.parse({ id: '1', clientId: 'orders', protocolMappers }));
}

it('the mappers that stay: are those of the server, and what was made of them as it was', () => {
  const [id, host, address] = OWN;
  const own = OWN.map((one) => ({ ...one, protocol: 'openid-connect' }));
  expect(staying(mapper('Client Hosts', 'clientHost'), ...OWN)).toEqual(own);
  expect(staying({ ...id, protocolMapper: 'oidc-audience-mapper' }, host ?? {}, address ?? {})).toEqual(own);
  // Where none is as the server makes it, the server has made none.
  expect(staying(mapper('Client ID', 'client_id', { 'claim.name': 'aud' }))).toEqual([]);
  expect(staying()).toEqual([]);
});
