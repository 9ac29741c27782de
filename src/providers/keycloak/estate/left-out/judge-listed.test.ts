import { expect, it } from 'vitest';
import { keycloakSettings } from '../../../../../test/support/servers/keycloak-settings.ts';
import { clientRow } from '../../../../../test/support/estates/rows.ts';
import { Secret } from '../../../../model/secrets/secret.ts';
import { judgeListed } from './judge-listed.ts';

const VIEW = { settings: keycloakSettings(), issuers: [], rules: [], now: 1_800_000_000 };
const reasonOf = (clientId: string, special: Record<string, unknown> = {}, view = VIEW): string | undefined => {
  const judged = judgeListed(clientRow(clientId, special), view);
  return 'reason' in judged ? judged.reason.reason : undefined;
};

it.each([
  [undefined, {}],
  [undefined, { fullScopeAllowed: true }],
  [undefined, { enabled: false }],
  ['mixed', { standardFlowEnabled: true }],
  ['token-lifetime', { attributes: { 'access.token.lifespan': '-1' } }],
  ['previous-secret', { attributes: { 'client.secret.rotated.expiration.time': '1900000000' } }],
  ['other-authenticator', { clientAuthenticatorType: 'client-x509' }],
  ['attributes', { attributes: { 'deploy-password': 'x' } }],
])('judgeListed: %s, of a client with %j', (reason, special) => {
  expect(reasonOf('orders', special)).toBe(reason);
});

it('judgeListed: the account of grantry is nobody else, unless it is of another realm', () => {
  expect(reasonOf('grantry')).toBe('own-account');
  const auth = { realm: 'master', kind: 'password', username: 'admin', password: new Secret('a-password') } as const;
  const settings = keycloakSettings({ auth });
  expect(reasonOf('grantry', {}, { ...VIEW, settings })).toBeUndefined();
  expect(reasonOf('admin-cli', {}, { ...VIEW, settings })).toBeUndefined();
});
