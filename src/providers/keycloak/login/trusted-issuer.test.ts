import { expect, it } from 'vitest';
import { keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { GrantryError } from '../../../model/errors.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import { trustedIssuer } from './trusted-issuer.ts';

/** What is taken as audience, or what the login is refused with. */
function ofServer(url: string, issuer: string, realm = 'ops'): string {
  const auth = { realm, kind: 'key', clientId: 'grantry', privateKey: new Secret('p') } as const;
  try {
    return trustedIssuer(keycloakSettings({ url, auth }), issuer);
  } catch (error) {
    if (error instanceof GrantryError) return error.code;
    throw error;
  }
}

it.each([
  ['https://id.example', 'https://id.example/realms/ops'],
  ['https://id.example', 'https://id.example:443/realms/ops'],
  ['https://id.example/auth', 'https://id.example/auth/realms/ops'],
  ['http://localhost:8080', 'http://localhost:8080/realms/ops'],
  ['https://id.example', 'https://id.example/realms/our%20ops', 'our ops'],
])('trustedIssuer: of %s is %s, to the letter', (url, issuer, realm = 'ops') => {
  expect(ofServer(url, issuer, realm)).toBe(issuer);
});

it.each([
  'sts.amazonaws.com',
  'urn:x:/realms/ops',
  '/realms/ops',
  '',
  'https://other.example/realms/ops',
  'https://id.example.other.example/realms/ops',
  'https://id.example@other.example/realms/ops',
  'https://someone@id.example/realms/ops',
  'https://:x@id.example/realms/ops',
  'http://id.example/realms/ops',
  'https://id.example:8443/realms/ops',
  'https://id.example/realms/other',
  'https://id.example/realms/ops/../other',
  'https://id.example/realms/ops/',
  'https://id.example/realms/other-ops',
  'https://id.example/ops',
  'https://id.example/realms/other?/realms/ops',
  'https://id.example/realms/other#/realms/ops',
  'https://id.example/realms/ops?of=other',
  'https://id.example/realms/ops#other',
  'https://id.example/realms/ops\n',
  String.raw`https:\\id.example\realms\ops`,
])('trustedIssuer: of https://id.example is not %j', (issuer) => {
  expect(ofServer('https://id.example', issuer)).toBe('NOT_ALLOWED');
});

it('trustedIssuer: what a hostile server says of itself cannot command a terminal', () => {
  expect(() => trustedIssuer(keycloakSettings(), '\u001B[2J')).toThrow(String.raw`by the issuer \u{1b}[2J, not by`);
});
