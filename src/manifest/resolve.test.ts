import { describe, expect, it } from 'vitest';
import { checkSources } from './load.ts';
import { resolveTargets } from './resolve.ts';

const DEV = `apiVersion: grantry/v1
kind: Target
metadata: {name: dev}
spec:
  stack: acme
  provider:
    keycloak: {url: "http://localhost:8080/", realm: acme, auth: {clientId: grantry, clientSecret: "\${env:KC}"}}
  secrets:
    vault: {address: "https://vault.example.com:8200/", mount: /secret/, prefix: m2m/, auth: {token: "\${env:VAULT_TOKEN}"}}
  rotate: {every: 60d}
`;
const CLIENT = `apiVersion: grantry/v1
kind: Client
metadata: {name: order-service}
spec:
  secret: {rotate: {overlap: 1h}}
  overrides: {prod: {clientId: other, secret: null}}
`;
const PROD = DEV.replace('name: dev', 'name: prod').replace('realm: acme', 'realm: prod').replace('m2m/', '""');
const ENV = { KC: 'kc', VAULT_TOKEN: 'vt' };

function resolve(texts: readonly string[], selectors: readonly string[], env: Record<string, string> = ENV) {
  const manifests = checkSources(texts.map((text, index) => ({ name: `${index}.yaml`, text })));
  expect(manifests.findings).toEqual([]);
  return resolveTargets(manifests, selectors, { env, cwd: '/work' });
}

describe('resolveTargets', () => {
  it('normalises URLs and paths and fills in defaults', () => {
    const [state] = resolve([DEV, PROD, CLIENT], ['dev']);
    expect(state?.target).toMatchObject({
      provider: { kind: 'keycloak', url: 'http://localhost:8080', auth: { realm: 'acme', kind: 'client' } },
      store: { kind: 'vault', address: 'https://vault.example.com:8200', mount: 'secret', prefix: 'm2m' },
      rotate: { every: 60 * 86_400, overlap: 172_800 },
      guards: { maxDeletes: 5, maxDeletePercent: 20, protect: [], maxCredentialAge: undefined },
    });
    expect(state?.clients[0]).toMatchObject({
      clientId: 'order-service',
      auth: 'client_secret_basic',
      secret: { path: 'order-service', rotate: { every: 60 * 86_400, overlap: 3600 } },
    });
  });

  it('applies the override of each target, in the order of names', () => {
    const states = resolve([PROD, DEV, CLIENT], ['p*', 'dev', '*']);
    expect(states.map((state) => state.target.name)).toEqual(['dev', 'prod']);
    expect(states.map((state) => state.clients[0]?.clientId)).toEqual(['order-service', 'other']);
  });

  it('names every variable that is missing or empty, and no value', () => {
    expect(() => resolve([DEV], ['dev'], { KC: '' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        message: 'Target dev needs KC, VAULT_TOKEN in the environment',
      }),
    );
  });

  it('refuses a host that is not allowed, even before it misses a variable', () => {
    expect(() => resolve([DEV], ['dev'], { GRANTRY_ALLOWED_HOSTS: 'localhost' })).toThrow(
      expect.objectContaining({ code: 'HOST_NOT_ALLOWED', message: expect.stringContaining('vault.example.com:8200') }),
    );
  });

  it('checks what comes from the environment like what is written, without quoting it', () => {
    const text = DEV.replace('"http://localhost:8080/"', '"${env:URL}"');
    for (const URL of ['http://keycloak.example.com', 'https://a:hunter2@b', 'nonsense']) {
      expect(() => resolve([text], ['dev'], { ...ENV, URL })).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT', message: expect.not.stringContaining(URL) }),
      );
    }
  });

  it.each([
    [['prd'], 'no Target matches "prd"'],
    [['deb'], 'no Target matches "deb"; did you mean "dev"?'],
    [[], 'no target is selected'],
  ])('says for %j: %s', (selectors, message) => {
    expect(() => resolve([DEV], selectors)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', message }));
  });
});
