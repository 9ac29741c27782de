import { describe, expect, it } from 'vitest';
import { isSameKeycloakLogin, isSameVaultLogin } from './same-login.ts';
import { Secret, WithheldSecret } from './secret.ts';
import type { KeycloakSettings, VaultSettings } from './target.ts';

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
  auth: { kind: 'client', realm: 'master', clientId: 'grantry', clientSecret: new Secret('p') },
};

const vault = (rest: Partial<VaultSettings> = {}): VaultSettings => ({
  kind: 'vault',
  address: 'https://vault.example',
  namespace: undefined,
  mount: 'kv',
  prefix: '',
  auth: { kind: 'approle', mount: 'approle', roleId: 'r', secretId: new Secret('s') },
  ...rest,
});

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
  ])('tells another %s', (_, other) => {
    expect(isSameKeycloakLogin(keycloak(), other)).toBe(false);
    expect(isSameKeycloakLogin(other, keycloak())).toBe(false);
  });
});

describe('isSameVaultLogin', () => {
  it('looks at the login, not at the place of the documents', () => {
    expect(isSameVaultLogin(vault(), vault({ mount: 'other', prefix: 'm2m' }))).toBe(true);
  });

  it.each([
    ['server', vault({ address: 'https://other.example' })],
    ['namespace', vault({ namespace: 'team' })],
    ['role', vault({ auth: { kind: 'approle', mount: 'approle', roleId: 'q', secretId: new Secret('s') } })],
    ['secret', vault({ auth: { kind: 'approle', mount: 'approle', roleId: 'r', secretId: new Secret('t') } })],
    ['mount of the login', vault({ auth: { kind: 'approle', mount: 'ci', roleId: 'r', secretId: new Secret('s') } })],
    ['kind', vault({ auth: { kind: 'kubernetes', mount: 'approle', role: 'r' } })],
    ['token', vault({ auth: { kind: 'token', token: new Secret('s') } })],
  ])('tells another %s', (_, other) => {
    expect(isSameVaultLogin(vault(), other)).toBe(false);
    expect(isSameVaultLogin(other, vault())).toBe(false);
  });
});
