import { expect, it } from 'vitest';
import { clientRow } from '../../../../../test/support/estates/rows.ts';
import { reasonOfShape } from './reason-of-shape.ts';

const MAPPER = { id: 'm', name: 'department', protocolMapper: 'oidc-usermodel-attribute-mapper', config: {} };
const SERVERS_MAPPER = {
  id: 's',
  name: 'Client ID',
  protocolMapper: 'oidc-usersessionmodel-note-mapper',
  config: {
    'user.session.note': 'client_id',
    'claim.name': 'client_id',
    'jsonType.label': 'String',
    'access.token.claim': 'true',
    'id.token.claim': 'true',
    'introspection.token.claim': 'true',
  },
};

it.each([
  ['saml', { protocol: 'saml' }],
  ['bearer-only', { bearerOnly: true }],
  ['public', { publicClient: true }],
  ['mixed', { standardFlowEnabled: true }],
  ['mixed', { implicitFlowEnabled: true }],
  ['mixed', { directAccessGrantsEnabled: true }],
  ['mixed', { redirectUris: ['https://app.example/*'] }],
  ['mixed', { webOrigins: ['+'] }],
  ['device-flow', { attributes: { 'oauth2.device.authorization.grant.enabled': 'true' } }],
  ['ciba', { attributes: { 'oidc.ciba.grant.enabled': 'true' } }],
  ['token-exchange', { attributes: { 'standard.token.exchange.enabled': 'true' } }],
  ['consent-required', { consentRequired: true }],
  ['authorization-services', { authorizationServicesEnabled: true }],
  ['client-mappers', { protocolMappers: [MAPPER] }],
  [undefined, {}],
  [undefined, { protocolMappers: [SERVERS_MAPPER] }],
  [undefined, { attributes: { 'standard.token.exchange.enabled': 'false' } }],
])('reasonOfShape: %s, of a client with %j', (reason, special) => {
  expect(reasonOfShape(clientRow('orders', special), 'acme')?.reason).toBe(reason);
});

it('reasonOfShape: names the mappers that are to go elsewhere, and no more than five', () => {
  const protocolMappers = Array.from({ length: 7 }, (_, index) => ({ ...MAPPER, name: `claim ${index}` }));
  const { todo } = reasonOfShape(clientRow('orders', { protocolMappers }), 'acme') ?? {};
  expect(todo).toContain('"claim 4", and 2 more');
});

function todo(realm: string): string {
  return reasonOfShape(clientRow('orders', { publicClient: true }), realm)?.todo ?? '';
}

it('reasonOfShape: gives a line for kcadm.sh, in which the name of the realm is quoted where it must be', () => {
  expect(todo('acme')).toContain('kcadm.sh update clients/id of orders -r acme -s serviceAccountsEnabled=false');
  expect(todo("a'b; rm")).toContain(String.raw`-r 'a'\''b; rm' -s`);
});
