/** grantry itself let in by a key of its own, of which the server has the public half. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { exitedWith } from '../support/process/cli.ts';
import type { CliResult } from '../support/process/cli.ts';
import { runWithKcadm, scriptIn } from '../support/process/kcadm.ts';
import { OwnLoginSite, readDoc } from '../support/process/own-login-site.ts';

let own: OwnLoginSite;

beforeAll(async () => {
  own = await OwnLoginSite.open();
});
afterAll(() => own.close());

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const pem = ({ privateKey }: typeof rsa): string => String(privateKey.export({ type: 'pkcs8', format: 'pem' }));

function runWith(key: string, args = 'plan -t dev', more: object = {}): Promise<CliResult> {
  own.secrets.add(key);
  own.logInBy({ clientId: 'grantry-key', privateKey: '${env:OWN_KEY}', ...more });
  return own.run(args, { OWN_KEY: key });
}

const isLogin = ({ path }: { readonly path: string }): boolean => path.endsWith('/token');

describe('a key of grantry’s own', () => {
  beforeAll(async () => {
    const published = (pair: typeof rsa, kid: string, alg: string): object => ({
      ...pair.publicKey.export({ format: 'jwk' }),
      kid,
      alg,
      use: 'sig',
    });
    const keys = [published(rsa, 'rsa', 'RS256'), published(ec, 'ec', 'ES256'), published(ed, 'ed', 'EdDSA')];
    await own.account('grantry-key', {
      clientAuthenticatorType: 'client-jwt',
      attributes: { 'use.jwks.string': 'true', 'jwks.string': JSON.stringify({ keys }) },
    });
  });

  it.each([
    ['RSA as PEM', pem(rsa), {}],
    ['RSA as PEM, with its kid', pem(rsa), { keyId: 'rsa', alg: 'RS256' }],
    ['P-256 as PEM on one line', pem(ec).replaceAll('\n', String.raw`\n`), {}],
    ['P-256 as JWK', JSON.stringify({ ...ec.privateKey.export({ format: 'jwk' }), kid: 'ec', alg: 'ES256' }), {}],
    ['Ed25519 as PEM', pem(ed), {}],
  ])('lets a run in: %s', async (_, key, more) => {
    const { stdout } = exitedWith(0, await runWith(key, 'apply -t dev --auto-approve --verbose', more));
    expect(stdout).toMatch(/changes done|nothing to do/);
  });

  it('is not needed by verify', async () => {
    own.logInBy({ clientId: 'grantry-key', privateKey: '${env:OWN_KEY}' });
    expect(exitedWith(0, await own.run('verify -t dev', {})).stdout).toContain('orders');
  });

  it('lets a run in whose first login was answered and the answer lost: an assertion is good for one', async () => {
    own.site.keycloak.reset();
    own.site.keycloak.inject({ fault: { kind: 'drop-after' }, match: isLogin });
    exitedWith(0, await runWith(pem(rsa)));
    expect(own.site.keycloak.requests.filter(isLogin)).toHaveLength(2);
  });

  it('is made and registered by the commands of the docs', { timeout: 300_000 }, async () => {
    const made = mkdtempSync(join(tmpdir(), 'grantry-own-key-'));
    const script = scriptIn(readDoc('keycloak.md'), 'keycloak-key').replaceAll('-r acme', `-r ${own.site.realm.name}`);
    await runWithKcadm(inject('keycloak'), script, made);
    const key = readFileSync(join(made, 'grantry.pem'), 'utf8');
    const { stdout } = exitedWith(0, await runWith(key, 'plan -t dev', { clientId: 'grantry' }));
    expect(stdout).toContain('as declared');
    rmSync(made, { recursive: true });
  });

  it('that the server does not know is refused with what to do', async () => {
    const other = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }));
    const { stderr } = exitedWith(4, await runWith(other));
    expect(stderr).toContain('privateKey (from OWN_KEY in the environment) is not the key whose public half');
    const { stderr: unknown } = exitedWith(4, await runWith(pem(rsa), 'plan -t dev', { keyId: 'nobody' }));
    expect(unknown).toContain('has no public key with the kid nobody that fits');
  });

  it.each([
    ['no key', 'hello-canary', 'privateKey is no private key (from OWN_KEY in the environment)'],
    ['a public key', String(rsa.publicKey.export({ type: 'spki', format: 'pem' })), 'that is the public half'],
  ])('is not %s', async (_, key, words) => {
    const { stderr } = exitedWith(1, await runWith(key));
    expect(stderr).toContain(words);
    own.secrets.delete(key);
  });
});

it('no key was in anything that a run let out', () => {
  expect(own.leaks()).toEqual([]);
});
