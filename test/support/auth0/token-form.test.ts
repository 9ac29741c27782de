/** How tokens are signed, and what they are bound to: by what the API asks for. */
import { createRemoteJWKSet, decodeJwt, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { startAuth0Emulator } from './start-emulator.ts';
import type { Auth0Emulator, EmulatorOptions } from '../../../demo/auth0/emulator/emulator.ts';
import { isJsonObject, textOf } from '../../../demo/auth0/emulator/json.ts';
import type { JsonObject } from '../../../demo/auth0/emulator/json.ts';
import { logIn, requestToken } from './management-client.ts';

const AUDIENCE = 'https://inventory.internal';
const DPOP = { mechanism: 'dpop', required: true };
const ALLOWED = { ...DPOP, required: false };

let emulator: Auth0Emulator;

afterEach(() => emulator.close());

interface Fixture {
  readonly id: string;
  readonly secret: string;
}

/** A machine that may call an API with these settings. */
async function start(options: EmulatorOptions, settings: JsonObject, api: JsonObject): Promise<Fixture> {
  emulator = await startAuth0Emulator(options);
  const management = await logIn(emulator);
  await management.ok('POST', '/resource-servers', { identifier: AUDIENCE, scopes: [{ value: 'read' }], ...api });
  const machine = { name: 'orders', grant_types: ['client_credentials'], ...settings };
  const made = await management.ok('POST', '/clients', machine);
  const id = textOf(made['client_id']);
  await management.ok('POST', '/client-grants', { client_id: id, audience: AUDIENCE, scope: ['read'] });
  return { id, secret: textOf(made['client_secret']) };
}

async function ask({ id, secret }: Fixture, dpop: string | undefined): Promise<JsonObject> {
  const form = { client_id: id, client_secret: secret, grant_type: 'client_credentials', audience: AUDIENCE };
  const { body } = await requestToken(emulator, form, dpop === undefined ? {} : { dpop });
  return isJsonObject(body) ? body : {};
}

async function proof(changes: JsonObject = {}, header: JsonObject = {}): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const claims = { jti: crypto.randomUUID(), htm: 'POST', htu: `https://${emulator.domain}/oauth/token`, ...changes };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey), ...header })
    .setIssuedAt(typeof changes['iat'] === 'number' ? changes['iat'] : undefined)
    .sign(privateKey);
}

async function outcome(fixture: Fixture, dpop: string | undefined): Promise<string> {
  const { error, access_token, token_type } = await ask(fixture, dpop);
  if (error !== undefined) return textOf(error);
  return `${textOf(token_type)}${decodeJwt(textOf(access_token))['cnf'] === undefined ? '' : ' bound'}`;
}

describe('a proof of possession', () => {
  // Auth0's table, of a custom audience: what the API asks for, what the client does, and what comes of a request without and with one.
  it.each([
    ['nothing', undefined, false, 'Bearer', 'Bearer'],
    ['nothing', undefined, true, 'invalid_request', 'invalid_request'],
    ['it allowed', ALLOWED, false, 'Bearer', 'DPoP bound'],
    ['it allowed', ALLOWED, true, 'invalid_request', 'DPoP bound'],
    ['it required', DPOP, false, 'invalid_request', 'DPoP bound'],
    ['it required', DPOP, true, 'invalid_request', 'DPoP bound'],
    ['it of public clients', { ...DPOP, required_for: 'public_clients' }, false, 'Bearer', 'DPoP bound'],
    ['a certificate', { mechanism: 'mtls', required: true }, false, 'invalid_request', 'invalid_request'],
  ])('of an API that wants %s (%j), the client requiring it: %s', async (_, policy, required, without, withOne) => {
    const settings = required ? { require_proof_of_possession: true } : {};
    const fixture = await start({}, settings, policy === undefined ? {} : { proof_of_possession: policy });
    expect(await outcome(fixture, undefined)).toBe(without);
    expect(await outcome(fixture, await proof())).toBe(withOne);
  });

  it('is refused where it is for something else, old, used or of another type', async () => {
    const fixture = await start({}, {}, { proof_of_possession: DPOP });
    const once = await proof();
    expect(await outcome(fixture, once)).toBe('DPoP bound');
    const bad = [
      once,
      await proof({ htm: 'GET' }),
      await proof({ htu: 'https://elsewhere.test/oauth/token' }),
      await proof({ iat: 1_600_000_000 }),
      await proof({}, { typ: 'JWT' }),
      'no proof',
    ];
    for (const each of bad) expect(await outcome(fixture, each)).toBe('invalid_dpop_proof');
  });

  it('that is missing is refused in either way', async () => {
    const switches = { missingProof: 'invalid_dpop_proof' } as const;
    const fixture = await start({ switches }, {}, { proof_of_possession: DPOP });
    expect(await outcome(fixture, undefined)).toBe('invalid_dpop_proof');
  });
});

it.each(['RS256', 'RS512', 'PS256'])('a token is signed as its API says: %s', async (alg) => {
  const { access_token } = await ask(await start({}, {}, { signing_alg: alg }), undefined);
  const token = textOf(access_token);
  const keys = createRemoteJWKSet(new URL(`${emulator.url}/.well-known/jwks.json`));
  expect((await jwtVerify(token, keys)).protectedHeader.alg).toBe(alg);
});
