/** grantry's own application at Auth0 without a secret: by assertions that it signs with a key of its own. */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Auth0Emulator } from '../../demo/auth0/emulator/emulator.ts';
import { textOf } from '../../demo/auth0/emulator/json.ts';
import { Secret } from '../../src/model/secrets/secret.ts';
import { managementToken } from '../../src/providers/auth0/http/token.ts';
import { auth0Schema, resolveAuth0 } from '../../src/providers/auth0/settings.ts';
import { fetchFrom } from '../support/auth0/fetch-from.ts';
import { logIn } from '../support/auth0/management-client.ts';
import { messagesOfProvider } from '../support/check-sources.ts';
import { startAuth0Emulator } from '../support/auth0/start-emulator.ts';
import { portsOver } from '../support/servers/ports-over.ts';

const DOMAIN = 'acme-test.eu.auth0.com';
const REGISTERED = generateKeyPairSync('rsa', { modulusLength: 2048 });
const OTHER = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pemOf = ({ privateKey }: typeof OTHER): string => String(privateKey.export({ type: 'pkcs8', format: 'pem' }));

let emulator: Auth0Emulator;

beforeEach(async () => {
  emulator = await startAuth0Emulator({ domain: DOMAIN });
});
afterEach(() => emulator.close());

/** From then on the application takes assertions by that key and algorithm, and no secret any more. */
async function register(said: { readonly alg?: string; readonly kid?: string } = {}): Promise<void> {
  const api = await logIn(emulator);
  const path = `/clients/${emulator.clientId}`;
  const pem = String(REGISTERED.publicKey.export({ type: 'spki', format: 'pem' }));
  const credential = await api.ok('POST', `${path}/credentials`, { credential_type: 'public_key', pem, ...said });
  await api.ok('PATCH', path, {
    client_authentication_methods: { private_key_jwt: { credentials: [{ id: textOf(credential['id']) }] } },
    token_endpoint_auth_method: null,
    jwt_configuration: { alg: 'RS256' },
  });
  emulator.reset();
}

function settingsWith(pem: string, more: object = {}) {
  const auth = { clientId: emulator.clientId, privateKey: '${env:KEY}', ...more };
  const spec = auth0Schema.parse({ domain: DOMAIN, auth });
  return resolveAuth0(spec, { cwd: '/', secret: () => new Secret(pem, ['KEY']) });
}

function logInBy(pem: string, more: object = {}): Promise<string> {
  const clock = { now: () => Date.now(), sleep: async () => undefined };
  return managementToken(settingsWith(pem, more), portsOver(fetchFrom(emulator), { clock })).getAccessToken();
}

it.each([
  [{}, {}],
  [{ alg: 'RS384' }, { alg: 'RS384' }],
  [
    { alg: 'PS256', keyId: 'of-grantry' },
    { alg: 'PS256', kid: 'of-grantry' },
  ],
])('lets in what is signed with the key: %j, registered as %j', async (more, said) => {
  await register(said);
  const token = await logInBy(pemOf(REGISTERED), more);
  const answer = await fetch(`${emulator.url}/api/v2/clients`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
});

it('signs anew where the answer was lost: the server takes an assertion once', async () => {
  await register();
  emulator.inject({ method: 'POST', path: /\/oauth\/token$/, times: 1, fault: { kind: 'drop', when: 'after' } });
  await logInBy(pemOf(REGISTERED));
  expect(emulator.count({ path: '/oauth/token' })).toBe(2);
});

it('refuses another key, and says what to look at', async () => {
  await register();
  await expect(logInBy(pemOf(OTHER))).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
    message: `Auth0 ${DOMAIN} does not let the application ${emulator.clientId} in: invalid_client: Failed client authentication: no key of the client verifies the assertion`,
    hint: expect.stringContaining('the public half of privateKey (from KEY in the environment)'),
  });
});

it('takes no key that Auth0 takes none of', () => {
  const pem = String(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  );
  expect(() => settingsWith(pem)).toThrow(
    expect.objectContaining({
      code: 'INVALID_INPUT',
      message: 'The private key (from KEY in the environment) signs by ES256',
      hint: expect.stringContaining('Auth0 takes RS256, RS384, PS256.'),
    }),
  );
});

it.each([
  ['{clientId: a, privateKey: "${env:K}", keyId: k1, alg: PS256}', []],
  ['{clientId: a, clientSecret: "${env:S}"}', []],
  ['{clientId: a}', ['must hold exactly one of clientSecret, privateKey beside clientId']],
  ['{clientId: a, clientSecret: "${env:S}", privateKey: "${env:K}"}', ['must hold exactly one of']],
  ['{clientId: a, clientSecret: "${env:S}", alg: RS256}', ['alg belongs to privateKey']],
  ['{clientId: a, privateKey: "${env:K}", alg: ES256}', ['alg must be RS256 or RS384 or PS256']],
  ['{clientId: a, github: {}}', ['unknown key "github"']],
])('validate: %s', (auth, problems) => {
  const messages = messagesOfProvider(`{auth0: {domain: ${DOMAIN}, auth: ${auth}}}`).join('\n');
  expect(messages === '').toBe(problems.length === 0);
  for (const problem of problems) expect(messages).toContain(problem);
});
