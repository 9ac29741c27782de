import { describe, expect, it } from 'vitest';
import { Secret } from '../../model/secrets/secret.ts';
import { isSameVaultLogin } from './settings.ts';
import type { VaultSettings } from './settings.ts';

const vault = (rest: Partial<VaultSettings> = {}): VaultSettings => ({
  kind: 'vault',
  address: 'https://vault.example',
  namespace: undefined,
  mount: 'kv',
  prefix: '',
  auth: { kind: 'approle', mount: 'approle', roleId: 'r', secretId: new Secret('s') },
  ...rest,
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
  ])('finds another %s', (_, other) => {
    expect(isSameVaultLogin(vault(), other)).toBe(false);
    expect(isSameVaultLogin(other, vault())).toBe(false);
  });
});
