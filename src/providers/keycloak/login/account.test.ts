import { describe, expect, it } from 'vitest';
import { Secret, WithheldSecret } from '../../../model/secrets/secret.ts';
import { hasAccount, loginClientId, nameAccount } from './account.ts';
import type { ClientAuth } from './settings.ts';

const JOB = { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://x.example', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'b' };
const client = (auth: object): ClientAuth & { realm: string } =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the cases below are accounts
  ({ realm: 'acme', clientId: 'grantry', ...auth }) as ClientAuth & { realm: string };
const user = (password: Secret) => ({ kind: 'password', realm: 'master', username: 'ann', password }) as const;
const given = new Secret('canary-secret');
const withheld = new WithheldSecret();

describe('hasAccount', () => {
  it.each([
    ['a secret', client({ kind: 'secret', clientSecret: given }), client({ kind: 'secret', clientSecret: withheld })],
    ['a key', client({ kind: 'key', privateKey: given }), client({ kind: 'key', privateKey: withheld })],
    ['a token', client({ kind: 'assertion', assertion: given }), client({ kind: 'assertion', assertion: withheld })],
    ['a password', user(given), user(withheld)],
    [
      'a file',
      client({ kind: 'kubernetes', tokenFile: import.meta.filename }),
      client({ kind: 'kubernetes', tokenFile: '/nowhere/token' }),
    ],
  ])('is true with %s, and false without', (_, with_, without) => {
    expect([hasAccount(with_, {}), hasAccount(without, {})]).toEqual([true, false]);
  });

  it('is true in a job of GitHub Actions only', () => {
    const auth = client({ kind: 'github' });
    expect([hasAccount(auth, JOB), hasAccount(auth, {})]).toEqual([true, false]);
  });

  it('is false where the environment lacks the client_id', () => {
    expect(hasAccount(client({ kind: 'github', clientId: '${env:CLIENT}' }), JOB)).toBe(false);
  });
});

it('nameAccount and loginClientId: are of the client, or of the user', () => {
  const auth = client({ kind: 'github' });
  expect([nameAccount(auth), loginClientId(auth)]).toEqual(['client grantry', 'grantry']);
  expect([nameAccount(user(given)), loginClientId(user(given))]).toEqual(['user ann', 'admin-cli']);
});
