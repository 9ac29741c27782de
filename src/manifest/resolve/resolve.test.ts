import { describe, expect, it } from 'vitest';
import { checkSources } from '../../../test/support/check-sources.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { DesiredState } from '../../model/desired.ts';
import { valueAt } from '../values.ts';
import { resolveTargets } from './resolve.ts';

const DEV = `apiVersion: grantry/v1
kind: Target
metadata: {name: dev}
spec:
  stack: acme
  provider:
    keycloak: {url: "http://localhost:8080/", realm: acme, auth: {clientId: grantry, clientSecret: "\${env:KC}"}}
  store:
    vault: {address: "https://vault.example.com:8200/", mount: /secret/, prefix: m2m/, auth: {token: "\${env:VAULT_TOKEN}"}}
  rotate: {every: 60d}
`;
const CLIENT = `apiVersion: grantry/v1
kind: Client
metadata: {name: order-service}
spec:
  credential: {rotate: {overlap: 1h}}
  overrides: {prod: {clientId: other, credential: null}}
`;
const PROD = DEV.replace('name: dev', 'name: prod').replace('realm: acme', 'realm: prod').replace('m2m/', '""');
const ENV = { KC: 'kc', VAULT_TOKEN: 'vt' };

function resolve(texts: readonly string[], selectors: readonly string[], env: Record<string, string> = ENV) {
  const manifests = checkSources(texts.map((text, index) => ({ name: `${index}.yaml`, text })));
  expect(manifests.findings).toEqual([]);
  return resolveTargets(manifests, selectors, { env, cwd: '/work' });
}

function clientSecretOf(state: DesiredState | undefined): Secret | undefined {
  const secret = valueAt(state?.target.provider, ['auth', 'clientSecret']);
  return secret instanceof Secret ? secret : undefined;
}

describe('resolveTargets', () => {
  it('knows which places of other Targets lie inside of the place of a Target', () => {
    const inner = DEV.replace('name: dev', 'name: inner')
      .replace('realm: acme', 'realm: inner')
      .replace('m2m/', 'm2m/x');
    const states = resolve([DEV, inner, PROD], ['*']);
    const places = states.map(({ target }) => [target.name, target.otherPlaces]);
    expect(Object.fromEntries(places)).toEqual({ dev: ['x'], inner: [], prod: ['m2m', 'm2m/x'] });
  });

  it('refuses a Target that is not valid', () => {
    const manifests = checkSources([{ name: '0.yaml', text: DEV.replace('stack: acme', 'stack: 7') }]);
    expect(() => resolveTargets(manifests, ['dev'], { env: ENV, cwd: '/work' })).toThrow('Target dev is not valid');
  });

  it('normalises URLs and paths and fills in defaults', () => {
    const [state] = resolve([DEV, PROD, CLIENT], ['dev']);
    expect(state?.target).toMatchObject({
      provider: { kind: 'keycloak', url: 'http://localhost:8080', auth: { realm: 'acme', kind: 'secret' } },
      store: { kind: 'vault', address: 'https://vault.example.com:8200', mount: 'secret', prefix: 'm2m' },
      rotate: { every: 60 * 86_400, overlap: 172_800 },
      guards: { maxDeletes: 5, maxDeletePercent: 20, protect: [], maxCredentialAge: undefined },
    });
    expect(state?.clients[0]).toMatchObject({
      clientId: 'order-service',
      auth: 'client_secret_basic',
      credential: { path: 'order-service', rotate: { every: 60 * 86_400, overlap: 3600 } },
    });
  });

  describe('a former store', () => {
    const MOVED = DEV.replace('  store:', '  formerStore:').replace(
      '  rotate:',
      '  store: {openbao: {address: "https://bao.example.com", mount: secret, auth: {token: "${env:BAO_TOKEN}"}}}\n  rotate:',
    );
    const env = { ...ENV, BAO_TOKEN: 'bt' };

    it('is resolved as the store is, and is none where the Target names none', () => {
      const [moved] = resolve([MOVED], ['dev'], env);
      expect(moved?.target.store).toMatchObject({ kind: 'openbao', address: 'https://bao.example.com' });
      const former = { kind: 'vault', address: 'https://vault.example.com:8200', mount: 'secret', prefix: 'm2m' };
      expect(moved?.target.formerStore).toMatchObject(former);
      expect(resolve([DEV], ['dev'])[0]?.target).not.toHaveProperty('formerStore');
    });

    it('gets no credential at a host that is not allowed', () => {
      const hosts = { ...env, GRANTRY_ALLOWED_HOSTS: 'localhost,bao.example.com' };
      expect(() => resolve([MOVED], ['dev'], hosts)).toThrow('Vault of Target dev is at vault.example.com:8200');
    });

    it('needs its variables', () => {
      expect(() => resolve([MOVED], ['dev'], { ...env, VAULT_TOKEN: '' })).toThrow('Target dev needs VAULT_TOKEN');
    });

    it('may have several lines where a store may', () => {
      const key = `# made by age-keygen\nAGE-SECRET-KEY-1${'Q'.repeat(58)}\n`;
      const files = MOVED.replace(
        / {2}formerStore:\n.*\n/,
        '  formerStore: {file: {path: old, identity: "${env:AGE}"}}\n',
      );
      expect(resolve([files], ['dev'], { ...env, AGE: key })[0]?.target.formerStore).toMatchObject({ kind: 'file' });
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

  it('takes a URL without TLS from the environment only where the manifest allows that', () => {
    const allowed = DEV.replace('"http://localhost:8080/"', '"${env:URL}", allowInsecure: true');
    const [state] = resolve([allowed], ['dev'], { ...ENV, URL: 'http://keycloak.example.com' });
    expect(state?.target.provider).toMatchObject({ url: 'http://keycloak.example.com' });
  });

  it.each([
    ['a blank before it', ' acme'],
    ['a blank behind it', 'acme '],
    ['nothing in it', ''],
    ['more than a mark can hold', 'a'.repeat(5000)],
  ])('refuses a stack from the environment with %s', (_, STACK) => {
    const text = DEV.replace('stack: acme', 'stack: "${env:STACK}"');
    expect(() => resolve([text], ['dev'], { ...ENV, STACK })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringMatching(/Target dev/) }),
    );
    expect(resolve([text], ['dev'], { ...ENV, STACK: 'a b' })[0]?.target.stack).toBe('a b');
  });

  it.each([
    ['KC', 'hunter2\n', 'spec.provider.keycloak.auth.clientSecret has a line break at its end, from KC', 'printf'],
    [
      'VAULT_TOKEN',
      'hunter2\r\n',
      'spec.store.vault.auth.token has a line break at its end, from VAULT_TOKEN',
      'printf',
    ],
    [
      'VAULT_TOKEN',
      'hun\u0000ter2',
      'spec.store.vault.auth.token has a control character, from VAULT_TOKEN',
      'one line',
    ],
  ])('refuses control characters that %s brings, and quotes nothing: %j', (variable, value, message, hint) => {
    expect(() => resolve([DEV], ['dev'], { ...ENV, [variable]: value })).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        message: `Target dev: ${message}`,
        hint: expect.stringContaining(hint),
      }),
    );
  });

  it('refuses control characters in what is written, and in URLs from the environment', () => {
    const literal = DEV.replace('clientId: grantry', 'clientId: "grantry\\t"');
    expect(() => resolve([literal], ['dev'])).toThrow(
      'Target dev: spec.provider.keycloak.auth.clientId has a control character, from 0.yaml',
    );
    const url = DEV.replace('"http://localhost:8080/"', '"${env:URL}"');
    expect(() => resolve([url], ['dev'], { ...ENV, URL: 'http://localhost:8080\n' })).toThrow(/from URL|the URL of/);
  });

  it('knows of a credential which variable it came from, and not by its value', () => {
    const [state] = resolve([DEV], ['dev']);
    const secret = clientSecretOf(state);
    expect(secret?.origin).toBe(' (from KC in the environment)');
    expect(JSON.stringify(state?.target)).not.toContain(ENV.KC);
  });

  it('takes a whole key file as the identity of a file store', () => {
    const file = DEV.replace(/vault: .*/, 'file: {path: x, identity: "${env:KEY}"}');
    const KEY = `# a comment\nAGE-SECRET-KEY-1${'Q'.repeat(58)}\n`;
    expect(resolve([file], ['dev'], { ...ENV, KEY })[0]?.target.store.kind).toBe('file');
  });

  it('needs nothing of a store that is not used, and asks not whether it may be reached', () => {
    const manifests = checkSources([{ name: 'dev.yaml', text: DEV }]);
    const env = { ...ENV, VAULT_TOKEN: '', GRANTRY_ALLOWED_HOSTS: 'localhost' };
    const [state] = resolveTargets(manifests, ['dev'], { cwd: '/work', env, store: 'unused' });
    expect(state?.target.store.kind).toBe('vault');
    expect(() => resolveTargets(manifests, ['dev'], { cwd: '/work', env })).toThrow('vault.example.com');
  });

  it('needs nothing of an account that is not used, and holds nothing that could be sent', () => {
    const manifests = checkSources([{ name: 'dev.yaml', text: DEV }]);
    const surroundings = { cwd: '/work', providerAccount: 'optional' as const };
    const [state] = resolveTargets(manifests, ['dev'], { ...surroundings, env: { VAULT_TOKEN: 'vt' } });
    const secret = clientSecretOf(state);
    expect(() => secret?.reveal()).toThrow('not asked for');
    expect(() => resolveTargets(manifests, ['dev'], { ...surroundings, env: {} })).toThrow(
      'Target dev needs VAULT_TOKEN in the environment',
    );
  });

  it.each([
    [['prd'], 'no Target matches "prd"'],
    [['deb'], 'no Target matches "deb"; did you mean "dev"?'],
    [[], 'no target is selected'],
  ])('says for %j: %s', (selectors, message) => {
    expect(() => resolve([DEV], selectors)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', message }));
  });
});
