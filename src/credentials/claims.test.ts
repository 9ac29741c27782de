import { describe, expect, it } from 'vitest';
import { checkClaims } from './claims.ts';
import type { TokenClaims } from './claims.ts';

const EXPECTED: TokenClaims = {
  which: 'a token',
  scopes: ['stock:read'],
  audiences: ['https://stock.test', 'stock-api'],
  lifetime: 300,
  roles: { realm: ['auditor'], clients: { ledger: ['reader'] } },
};

const GOOD = {
  scope: 'stock:read',
  aud: ['stock-api', 'https://stock.test'],
  azp: 'orders',
  iat: 1000,
  exp: 1300,
  realm_access: { roles: ['auditor'] },
  resource_access: { ledger: { roles: ['reader'] } },
};

const failures = (payload: Record<string, unknown>, expected = EXPECTED): string[] =>
  checkClaims(payload, expected, 'orders')
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ detail }) => detail ?? '');

describe('checkClaims', () => {
  it('passes what is exactly as granted', () => {
    expect(failures(GOOD)).toEqual([]);
  });

  it.each([
    ['a scope too many', { scope: 'stock:read stock:write' }, 'too much: stock:write'],
    ['a scope missing', { scope: undefined }, 'missing: stock:read'],
    ['an audience too many', { aud: ['stock-api', 'https://stock.test', 'account'] }, 'too much: account'],
    ['a single audience', { aud: 'https://stock.test' }, 'missing: stock-api'],
    ['the token of another', { azp: 'mallory' }, 'missing: orders; too much: mallory'],
    ['no azp', { azp: undefined }, 'missing: orders'],
    ['another lifetime', { exp: 4600 }, 'it lives 3600 s'],
    ['no end', { exp: undefined }, 'it lives ? s'],
    ['a realm role too many', { realm_access: { roles: ['auditor', 'admin'] } }, 'too much: admin'],
    ['no roles', { realm_access: undefined, resource_access: undefined }, 'missing: auditor, ledger/reader'],
    [
      'a role of another client',
      { resource_access: { ledger: { roles: ['reader'] }, x: { roles: ['y'] } } },
      'too much: x/y',
    ],
    ['claims of the wrong type', { realm_access: 'admin', scope: 7 }, 'missing: stock:read'],
  ])('finds %s', (_, difference, detail) => {
    expect(failures({ ...GOOD, ...difference })).toContain(detail);
  });

  it('takes the client from client_id where there is no azp (RFC 9068)', () => {
    expect(failures({ ...GOOD, azp: undefined, client_id: 'orders' })).toEqual([]);
  });

  it.each([
    [299, 'passed'],
    [301, 'passed'],
    [298, 'failed'],
    [302, 'failed'],
  ])('takes %i s for 300 s only where a second may have ended in between: %s', (seconds, outcome) => {
    const checks = checkClaims({ ...GOOD, exp: GOOD.iat + seconds }, EXPECTED, 'orders');
    expect(checks.find(({ claim }) => claim.includes('lives'))?.outcome).toBe(outcome);
  });

  it('takes any lifetime where none is declared, but not none', () => {
    const anyLifetime = { ...EXPECTED, lifetime: undefined };
    expect(failures({ ...GOOD, exp: 99_999 }, anyLifetime)).toEqual([]);
    expect(failures({ ...GOOD, exp: undefined }, anyLifetime)).toEqual(['it has no exp and iat']);
  });
});
