import { describe, expect, it } from 'vitest';
import { Secret } from '../../model/secrets/secret.ts';
import type { Expectation } from './expectation.ts';
import type { ExpectedToken } from './expected-tokens.ts';
import { checkForm, proveUnboundRefused } from './form.ts';
import type { FormOfToken } from './form.ts';
import type { TokenAnswer, TokenRequest } from './token-client.ts';

const WANTED: FormOfToken = {
  which: 'a token',
  isBound: true,
  alg: 'ES256',
  type: 'at+jwt',
  claims: { tenant: 'acme', level: 5, beta: true },
};
const HEADER = { alg: 'ES256', typ: 'at+jwt' };
const PAYLOAD = { cnf: { jkt: 'thumb' }, tenant: 'acme', level: 5, beta: true };
const ISSUED = { type: 'dpop', thumbprint: 'thumb' };

interface Found {
  readonly header?: object;
  readonly payload?: object;
  readonly issued?: object;
}

const failures = ({ header = {}, payload = {}, issued = {} }: Found): string[] =>
  checkForm({ header: { ...HEADER, ...header }, payload: { ...PAYLOAD, ...payload } }, WANTED, {
    ...ISSUED,
    ...issued,
  }).flatMap(({ claim, outcome, detail }) => (outcome === 'failed' ? [`${claim}: ${detail ?? ''}`] : []));

describe('checkForm', () => {
  it('passes what is as declared, and says each of it', () => {
    expect(failures({})).toEqual([]);
    const token = { header: HEADER, payload: PAYLOAD };
    expect(checkForm(token, WANTED, ISSUED).map(({ claim }) => claim)).toEqual([
      'a token is signed with ES256',
      'a token is of the type at+jwt',
      'a token is bound to the key of its request',
      'a token carries tenant=acme',
      'a token carries level=5',
      'a token carries beta=true',
    ]);
  });

  it('says nothing of what nobody declared', () => {
    const token = { header: HEADER, payload: PAYLOAD };
    expect(checkForm(token, { which: 'a token' }, { type: 'bearer', thumbprint: undefined })).toEqual([]);
  });

  it.each<[string, Found, string]>([
    ['another algorithm', { header: { alg: 'RS256' } }, 'a token is signed with ES256: it says RS256'],
    ['another type', { header: { typ: 'JWT' } }, 'a token is of the type at+jwt: it says JWT'],
    ['no type', { header: { typ: undefined } }, 'a token is of the type at+jwt: it says nothing of that'],
    [
      'a bearer token',
      { issued: { type: 'bearer' } },
      'a token is bound to the key of its request: its token_type is bearer, not DPoP',
    ],
    [
      'no key',
      { payload: { cnf: undefined } },
      'a token is bound to the key of its request: it names no key (cnf.jkt)',
    ],
    [
      'a key of another kind',
      { payload: { cnf: 'thumb' } },
      'a token is bound to the key of its request: it names no key (cnf.jkt)',
    ],
    [
      'another key',
      { payload: { cnf: { jkt: 'other' } } },
      'a token is bound to the key of its request: its cnf.jkt is the thumbprint of another key',
    ],
    ['another constant', { payload: { tenant: 'globex' } }, 'a token carries tenant=acme: it says globex'],
    ['a number as a text', { payload: { level: '5' } }, 'a token carries level=5: it says 5'],
    ['a constant missing', { payload: { beta: undefined } }, 'a token carries beta=true: it says nothing of that'],
  ])('finds %s', (_, found, failure) => {
    expect(failures(found)).toEqual([failure]);
  });

  it('takes no claim for one that every object has', () => {
    const [check] = checkForm(
      { header: HEADER, payload: {} },
      { which: 'a token', claims: { constructor: 'x' } },
      ISSUED,
    );
    expect(check).toMatchObject({ outcome: 'failed', detail: 'it says nothing of that' });
  });
});

const LOGIN = { clientId: 'orders', credential: { kind: 'client-secret', secret: new Secret('s') } } as const;
function tokenFor(which: string, isBound: boolean): ExpectedToken {
  return {
    which,
    claim: 'it works',
    parameters: { audience: which },
    isBound,
    scopes: [],
    audiences: [],
    lifetime: undefined,
    roles: { realm: [], clients: {} },
  };
}

async function outcomeOf(answer: TokenAnswer, tokens: readonly ExpectedToken[]): Promise<[string[], TokenRequest[]]> {
  const denial = { status: 400, error: 'invalid_scope' };
  const about = { client: 'orders', path: 'orders', auth: 'client_secret_post', found: [] } as const;
  const expected: Expectation = { ...about, tokens, refusal: undefined, denial, introspectors: [] };
  const asked: TokenRequest[] = [];
  const request = async (_login: unknown, _auth: unknown, what: TokenRequest): Promise<TokenAnswer> => {
    asked.push({ parameters: what.parameters, isBound: what.isBound });
    return answer;
  };
  const checks = await proveUnboundRefused(LOGIN, expected, { request });
  return [checks.map((check) => `${check.outcome} ${check.detail ?? ''}`), asked];
}

function refused(status: number, error: string): TokenAnswer {
  return { refused: { status, error, why: '' } };
}

describe('proveUnboundRefused', () => {
  it('asks once without a proof, for the first token that is bound', async () => {
    const [checks, asked] = await outcomeOf(refused(400, 'invalid_request'), [
      tokenFor('mail', false),
      tokenFor('stock', true),
      tokenFor('bills', true),
    ]);
    expect(checks).toEqual(['passed ']);
    expect(asked).toEqual([{ parameters: { audience: 'stock' }, isBound: false }]);
  });

  it('asks nothing of a client whose tokens are for whoever bears them', async () => {
    expect(await outcomeOf(refused(400, 'invalid_request'), [tokenFor('mail', false)])).toEqual([[], []]);
  });

  it.each<[string, TokenAnswer, string]>([
    ['a proof that is missing, by its own code', refused(400, 'invalid_dpop_proof'), 'passed '],
    ['a token', { token: 'a token' }, 'failed a token was issued'],
    ['the credential', refused(401, 'invalid_request'), 'failed refused, but with 401 invalid_request'],
    ['something else', refused(400, 'invalid_scope'), 'failed refused, but with 400 invalid_scope'],
  ])('judges an answer about %s', async (_, answer, expected) => {
    expect((await outcomeOf(answer, [tokenFor('stock', true)]))[0]).toEqual([expected]);
  });
});
