import { expect, it } from 'vitest';
import { describeMethod } from '../../../test/contract/credential/credential-contract.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { FederatedIdentity } from '../../model/secrets/credential.ts';
import { authSchema } from '../auth.ts';
import { credentialIn, fits, isHeldByWorkload, methodOf, needsOther, toPayload } from '../registry.ts';
import { federatedMethod } from './index.ts';

const SUBJECT = 'repo:acme/orders:environment:prod';
const AUTH = { federated: { issuer: 'github', alias: 'github-actions', subject: SUBJECT } };
const IDENTITY: FederatedIdentity = { kind: 'federated-jwt', alias: 'github-actions', subject: SUBJECT };
const FIELDS = { auth: 'federated', identity: { alias: 'github-actions', subject: SUBJECT } };

describeMethod(federatedMethod, [AUTH]);

it('federatedMethod: is that of a client whose fields name a whole identity', () => {
  expect([methodOf(FIELDS).kind, isHeldByWorkload(AUTH)]).toEqual(['federated-jwt', true]);
  expect(methodOf({ ...FIELDS, identity: {} }).kind).toBe('client-secret');
  expect(isHeldByWorkload('client_secret_basic')).toBe(false);
});

it.each([
  [FIELDS, AUTH, false],
  [FIELDS, { federated: { ...AUTH.federated, subject: 'another' } }, true],
  [FIELDS, { federated: { ...AUTH.federated, alias: 'another' } }, true],
  [FIELDS, 'client_secret_basic', true],
  [FIELDS, { private_key_jwt: { alg: 'ES256' } }, true],
  [{ auth: 'client_secret_basic' }, AUTH, true],
  [{ auth: 'private_key_jwt', signingAlg: 'ES256' }, AUTH, true],
] as const)('needsOther: of a client with %o that is to have %o: %s', (fields, auth, expected) => {
  expect(needsOther(fields, auth)).toBe(expected);
});

it('federatedMethod: leaves no credential of another method in a document', () => {
  const payload = toPayload({ present: IDENTITY });
  expect(payload).toMatchObject({ client_secret: null, private_key: null, key_id: null, subject: SUBJECT });
  expect(credentialIn({ subject: SUBJECT, issuer_alias: 'github-actions' })?.present).toEqual(IDENTITY);
  expect(credentialIn({ subject: SUBJECT })).toBeUndefined();
  expect(fits(IDENTITY, 'client_secret_basic')).toBe(false);
});

it('authenticate: sends the token of the workload, and without one says where it could come from', async () => {
  const body = new URLSearchParams();
  const server = { issuer: 'https://id.test', token_endpoint: 'https://id.test/token' };
  const client = { client_id: 'orders' };
  const withToken = { ...IDENTITY, assertion: new Secret('a.b.c') };
  await federatedMethod.authenticate(withToken, AUTH)(server, client, body, new Headers());
  expect(Object.fromEntries(body)).toEqual({
    client_id: 'orders',
    client_assertion: 'a.b.c',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  });
  expect(() => federatedMethod.authenticate(IDENTITY, AUTH)(server, client, body, new Headers())).toThrow(
    expect.objectContaining({ code: 'FAILED', hint: expect.stringContaining('--assertion-from') }),
  );
});

it.each(['', ' x', 'x\n', 'repo:acme/*', 'a?', 'x'.repeat(256)])('authSchema: refuses the subject %j', (subject) => {
  expect(authSchema.safeParse({ federated: { issuer: 'github', subject } }).success).toBe(false);
});
