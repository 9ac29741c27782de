import { describe, expect, it } from 'vitest';
import { Secret, WithheldSecret } from '../../model/secrets/secret.ts';
import { checkServerUrl, isSameKeycloakLogin } from './settings.ts';
import type { KeycloakSettings } from './settings.ts';

const keycloak = (auth: Partial<{ realm: string; username: string; password: Secret }> = {}): KeycloakSettings => ({
  kind: 'keycloak',
  url: 'https://id.example',
  realm: 'prod',
  pageSize: undefined,
  pagesInFlight: 4,
  auth: { kind: 'password', realm: 'master', username: 'grantry', password: new Secret('p'), ...auth },
});

const client: KeycloakSettings = {
  ...keycloak(),
  auth: { kind: 'secret', realm: 'master', clientId: 'grantry', clientSecret: new Secret('p') },
};

describe('isSameKeycloakLogin', () => {
  it('looks at the account, not at the realm that is managed', () => {
    expect(isSameKeycloakLogin(keycloak(), { ...keycloak(), realm: 'dev', pageSize: 10 })).toBe(true);
  });

  it.each([
    ['server', { ...keycloak(), url: 'https://other.example' }],
    ['realm of the account', keycloak({ realm: 'prod' })],
    ['user', keycloak({ username: 'other' })],
    ['password', keycloak({ password: new Secret('q') })],
    ['variable of the password', keycloak({ password: new Secret('p', ['OTHER']) })],
    ['withheld password', keycloak({ password: new WithheldSecret() })],
    ['kind', client],
  ])('finds another %s', (_, other) => {
    expect(isSameKeycloakLogin(keycloak(), other)).toBe(false);
    expect(isSameKeycloakLogin(other, keycloak())).toBe(false);
  });
});

const by = (auth: Partial<Record<string, unknown>>): KeycloakSettings =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each of these is an account
  ({ ...keycloak(), auth: { realm: 'master', clientId: 'grantry', ...auth } }) as KeycloakSettings;

it('isSameKeycloakLogin: goes by all that a client proves itself with', () => {
  const accounts = [
    { kind: 'github' },
    { kind: 'github', audience: 'a' },
    { kind: 'kubernetes', tokenFile: '/a' },
    { kind: 'kubernetes', tokenFile: '/b' },
    { kind: 'assertion', assertion: new Secret('p') },
    { kind: 'key', privateKey: new Secret('p') },
    { kind: 'key', privateKey: new Secret('p'), alg: 'PS256' },
    { kind: 'key', privateKey: new Secret('p'), keyId: 'k' },
    { kind: 'key', privateKey: new Secret('p'), audience: 'a' },
  ];
  for (const [index, one] of accounts.entries()) {
    const same = accounts.map((other) => isSameKeycloakLogin(by(one), by(other)));
    expect(same).toEqual(accounts.map((_, at) => at === index));
  }
});

describe('checkServerUrl', () => {
  it.each(['https://id.example.com', 'https://id.example.com/auth', 'https://realms/', '${env:URL}'])(
    'takes %s',
    (url) => {
      expect(checkServerUrl(url)).toBeUndefined();
    },
  );

  it.each(['https://x/realms/acme', 'https://x/auth/realms/', 'https://x/auth/admin/master/console/', 'x'])(
    'refuses %s',
    (url) => {
      expect(checkServerUrl(url)).toEqual(expect.any(String));
    },
  );
});
