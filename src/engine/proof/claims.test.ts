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

  it('takes a client that is declared as disabled, and its roles, in a token and out of it', () => {
    const mayLack = { ...EXPECTED, mayLack: ['stock-api', 'ledger'] };
    expect(failures(GOOD, mayLack)).toEqual([]);
    expect(failures({ ...GOOD, aud: 'https://stock.test', resource_access: {} }, mayLack)).toEqual([]);
    expect(failures({ ...GOOD, aud: 'stock-api', resource_access: { ledger: { roles: [] } } }, mayLack)).toEqual([
      'missing: https://stock.test',
      'missing: ledger/reader',
    ]);
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

  it('names what ends every token, where that is shorter than what was asked for', () => {
    const cut = { ...EXPECTED, lifetime: 43_200, longest: { seconds: 36_000, setting: 'SSO Session Max' } };
    expect(failures({ ...GOOD, exp: GOOD.iat + 36_000 }, cut)).toEqual([
      'it lives 36000 s: the server ends every token after 36000 s (SSO Session Max)',
    ]);
    const within = { ...cut, lifetime: 300 };
    expect(failures({ ...GOOD, exp: GOOD.iat + 60 }, within)).toEqual(['it lives 60 s']);
  });

  it('judges neither roles nor audiences that may have been granted too, but still what is missing', () => {
    const unsure = { ...EXPECTED, unsure: 'nobody looked' };
    const more = { ...GOOD, realm_access: { roles: ['auditor', 'part'] }, aud: [...GOOD.aud, 'other'] };
    const checks = checkClaims(more, unsure, 'orders').filter(({ outcome }) => outcome !== 'passed');
    expect(checks.map(({ outcome, detail }) => `${outcome}: ${detail}`)).toEqual([
      'not-testable: it has other too, and nobody looked',
      'not-testable: it has part too, and nobody looked',
    ]);
    expect(failures({ ...more, realm_access: { roles: ['part'] } }, unsure)).toEqual([
      'missing: auditor; too much: part',
    ]);
    expect(failures({ ...more, scope: 'stock:read stock:write' }, unsure)).toEqual(['too much: stock:write']);
  });

  it('takes any lifetime where none is declared, but not none', () => {
    const anyLifetime = { ...EXPECTED, lifetime: undefined };
    expect(failures({ ...GOOD, exp: 99_999 }, anyLifetime)).toEqual([]);
    expect(failures({ ...GOOD, exp: undefined }, anyLifetime)).toEqual(['it has no exp and iat']);
  });
});
