import { expect, it } from 'vitest';
import { Secret } from '../../model/secrets/secret.ts';
import type { ExpectedToken } from './expected-tokens.ts';
import { proveEvaluated, workloadLogin } from './prove-workload.ts';

const IDENTITY = { kind: 'federated-jwt', alias: 'github-actions', subject: 'the workload' } as const;
const LOGIN = { clientId: 'orders', credential: IDENTITY };
const TOKEN: ExpectedToken = {
  which: 'a token',
  claim: 'it works',
  parameters: { scope: 'stock:read' },
  scopes: ['stock:read'],
  audiences: ['https://stock.test'],
  lifetime: undefined,
  roles: { realm: [], clients: {} },
};
const CLAIMS = { scope: 'stock:read', aud: 'https://stock.test', azp: 'orders', iat: 1, exp: 301 };

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function assertion(claims: object): Secret {
  return new Secret(`${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`);
}

it('workloadLogin: takes the token of the run for the client alone whose workload it names', () => {
  const own = assertion({ sub: 'the workload' });
  expect(workloadLogin(LOGIN, { assertion: own })?.credential.assertion).toBe(own);
  expect(workloadLogin(LOGIN, { assertion: assertion({ sub: 'another' }) })?.credential).toEqual(IDENTITY);
  expect(workloadLogin(LOGIN, { assertion: new Secret('no.token.atall') })?.credential).toEqual(IDENTITY);
  expect(workloadLogin(LOGIN, {})?.credential).toEqual(IDENTITY);
  const secret = { kind: 'client-secret', secret: new Secret('x') } as const;
  expect(workloadLogin({ clientId: 'orders', credential: secret }, { assertion: own })).toBeUndefined();
});

it('proveEvaluated: judges what tokens would say, by the name of what was not issued', async () => {
  const asked: unknown[] = [];
  const evaluate = async (clientId: string, parameters: object) => {
    asked.push([clientId, parameters]);
    return { claims: CLAIMS };
  };
  const checks = await proveEvaluated('orders', [TOKEN], { evaluate });
  expect(asked).toEqual([['orders', { scope: 'stock:read' }]]);
  expect(checks.every(({ outcome }) => outcome === 'passed')).toBe(true);
  expect(checks.every(({ claim }) => claim.includes('(evaluated, not issued)'))).toBe(true);
});

it('proveEvaluated: finds what a token would say too much', async () => {
  const more = { claims: { ...CLAIMS, scope: 'stock:read stock:write' } };
  const failed = (await proveEvaluated('orders', [TOKEN], { evaluate: async () => more })).filter(
    ({ outcome }) => outcome === 'failed',
  );
  expect(failed).toMatchObject([{ detail: 'too much: stock:write' }]);
});

it.each([
  ['the provider does not say it', { evaluate: async () => ({ why: 'it takes view-users' }) }, 'it takes view-users'],
  ['nobody can be asked', {}, 'does not log in to it'],
])('proveEvaluated: claims nothing where %s', async (_, ports, words) => {
  expect(await proveEvaluated('orders', [TOKEN], ports)).toMatchObject([
    { outcome: 'not-testable', detail: expect.stringContaining(words) },
  ]);
});
