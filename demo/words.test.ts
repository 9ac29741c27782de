import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { claimLines, documentLines } from './credential-view.ts';
import { endOfLog } from './keycloak/docker.ts';
import { endingLines, keptLines } from './keycloak/ending.ts';
import { environmentFile } from './keycloak/environment-file.ts';
import { collectLeftovers } from './leftovers.ts';
import type { StartedServers } from './setting.ts';
import { makeWorkplace, TARGET_FILE, writeTarget } from './workplace.ts';
import { secretPayload } from '../test/support/stored-secrets.ts';

const HIDDEN = ['password-of-admin', 'token-of-root', 'AGE-SECRET-KEY-1X'];

const keycloak: StartedServers['keycloak'] = {
  url: 'http://127.0.0.1:50001',
  printVariable: (name) => `print ${name}`,
  stopCommand: 'docker rm -f -v aaaaaaaaaaaa',
  adminPassword: 'password-of-admin',
  kcadm: { command: 'docker exec aaaaaaaaaaaa kcadm.sh', server: 'http://localhost:8080' },
};
const withVault: StartedServers = {
  keycloak,
  store: {
    kind: 'vault',
    url: 'http://127.0.0.1:50002',
    printVariable: (name) => `print ${name}`,
    stopCommand: 'docker rm -f -v bbbbbbbbbbbb',
    rootToken: 'token-of-root',
    printRootToken: 'print the token',
  },
};
const withFiles: StartedServers = {
  keycloak: { ...keycloak, stopCommand: 'kill -- -1234' },
  store: { kind: 'file', identity: 'AGE-SECRET-KEY-1X', printIdentity: 'print the key' },
};

describe('what the demo writes', () => {
  const leftovers = collectLeftovers();
  const directory = makeWorkplace({ TMPDIR: mkdtempSync(join(tmpdir(), 'grantry-words-')) }, leftovers);
  afterAll(() => {
    leftovers.removeAll();
    rmSync(join(directory, '..'), { recursive: true });
  });

  it.each([
    { servers: withVault, name: 'dev', realm: 'acme', urls: ['http://127.0.0.1:50001', 'http://127.0.0.1:50002'] },
    { servers: withFiles, name: 'local', realm: 'acme-local', urls: ['http://127.0.0.1:50001', '.grantry/secrets'] },
  ])('is a Target $name with the URLs of the servers, and variables for credentials', ({ servers, ...expected }) => {
    const target = writeTarget(directory, servers, { NO_PROXY: 'intern.test', HOME: '/root' });
    const text = readFileSync(join(directory, TARGET_FILE), 'utf8');
    expect(target).toMatchObject({ name: expected.name, realm: expected.realm, clientId: 'grantry' });
    expect(target.env).toMatchObject({ HOME: '/root', NO_PROXY: 'intern.test,127.0.0.1' });
    for (const url of expected.urls) expect(text).toContain(url);
    expect(text).not.toContain('localhost:8');
    for (const secret of HIDDEN) expect(text).not.toContain(secret);
  });

  it.each([withVault, withFiles])('is an env.sh without a credential in it', (servers) => {
    const text = environmentFile(servers, writeTarget(directory, servers, {}));
    expect(text).toContain('export GRANTRY_KEYCLOAK_SECRET="$(');
    for (const secret of HIDDEN) expect(text).not.toContain(secret);
  });

  it.each([withVault, withFiles])('is an ending of at most 100 columns that says how to clean up', (servers) => {
    const kept = keptLines(61_000, servers, writeTarget(directory, servers, {}), '/tmp/grantry-demo-x');
    for (const line of [...kept, ...endingLines(61_000)]) expect(line.length).toBeLessThanOrEqual(100);
    expect(kept.join('\n')).toMatch(/docker rm -f -v a{12} b{12}\n|kill -- -1234\n/);
    expect(kept.at(-1)).toBe('  rm -rf /tmp/grantry-demo-x');
    for (const secret of HIDDEN) expect(kept.join('\n')).not.toContain(secret);
  });
});

describe('what the demo shows', () => {
  it('is a document whose secret is hidden', () => {
    const document = { clientId: 'orders', payload: secretPayload('very-secret'), facts: { scopes: 'a b' } };
    expect(documentLines(document, false)).toEqual([
      '  client_id      orders',
      '  client_secret  <hidden>',
      '  scopes         a b',
    ]);
  });

  it('is claims, those about access first', () => {
    const lines = claimLines({ jti: 'x', exp: 2, scope: 'a', aud: ['b'], iss: 'c' });
    expect(lines.map((line) => /^ {4}"(\w+)"/.exec(line)?.[1]).filter((key) => key !== undefined)).toEqual([
      'iss',
      'aud',
      'scope',
      'exp',
      'jti',
    ]);
  });

  it('is the end of a log without credentials', () => {
    const log = `${'x\n'.repeat(30)}Root Token: token-of-root\n\n`;
    const shown = endOfLog('its container', log, ['token-of-root']);
    expect(shown).toContain('Root Token: (hidden)');
    expect(shown.split('\n')).toHaveLength(16);
  });
});
