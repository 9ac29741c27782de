import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Clock } from '../../../platform/clock.ts';
import type { ClusterSettings } from '../settings.ts';
import { ClusterLogin } from './cluster-login.ts';
import { inCluster } from './in-cluster.ts';

let folder: string;
let now: number;
const clock: Clock = { now: () => now, sleep: async () => undefined };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'grantry-login-'));
  now = Date.parse('2026-11-30T12:00:00Z');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A kubeconfig at this path of the folder, and the login by it. */
function login(
  user: Record<string, unknown>,
  { path = 'config', env = {} }: { path?: string; env?: NodeJS.ProcessEnv } = {},
) {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  const config = {
    'current-context': 'dev',
    clusters: [{ name: 'c', cluster: { server: 'https://k8s.example', 'tls-server-name': 'inside' } }],
    contexts: [{ name: 'dev', context: { cluster: 'c', user: 'u' } }],
    users: [{ name: 'u', user }],
  };
  writeFileSync(file, stringify(config));
  const settings: ClusterSettings = {
    kind: 'kubeconfig',
    file,
    shownFile: path,
    context: undefined,
    cwd: join(folder, 'work'),
  };
  return new ClusterLogin(settings, { env: { ...process.env, ...env }, clock });
}

/** A program that gives another token each time, good for a minute, and leaves a trace. */
function counter(): Record<string, unknown> {
  const trace = join(folder, 'trace');
  const end = new Date(now + 60_000).toISOString();
  const code = `require('fs').appendFileSync(${JSON.stringify(trace)}, 'x');
    const token = 'token-' + require('fs').readFileSync(${JSON.stringify(trace)}, 'utf8').length;
    console.log(JSON.stringify({ kind: 'ExecCredential', status: { token, expirationTimestamp: '${end}' } }))`;
  return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', code] } };
}

async function tokenOf(from: ClusterLogin): Promise<string | undefined> {
  return (await from.connection()).token?.reveal();
}

describe('a login by a program', () => {
  it('is made once for many requests, and anew shortly before it ends', async () => {
    const own = login(counter());
    expect(await Promise.all([tokenOf(own), tokenOf(own)])).toEqual(['token-1', 'token-1']);
    now += 35_000;
    expect(await tokenOf(own)).toBe('token-1');
    now += 10_000;
    expect(await Promise.all([tokenOf(own), tokenOf(own)])).toEqual(['token-2', 'token-2']);
  });

  it('is made anew after a refusal, once for all requests that were refused', async () => {
    const own = login(counter());
    const refused = await own.connection();
    const next = await Promise.all([own.renew(refused), own.renew(refused)]);
    expect(next.map((connection) => connection?.token?.reveal())).toEqual(['token-2', 'token-2']);
  });

  it('is not made where a pull request may have written the kubeconfig, once hosts are limited', async () => {
    const env = { GRANTRY_ALLOWED_HOSTS: 'k8s.example' };
    await expect(login(counter(), { path: 'work/kube/config', env }).connection()).rejects.toMatchObject({
      code: 'HOST_NOT_ALLOWED',
      message: expect.stringContaining('the program was not run'),
    });
    expect(await tokenOf(login(counter(), { path: 'work/config' }))).toBe('token-1');
    expect(await tokenOf(login(counter(), { path: 'workshop/config', env }))).toBe('token-2');
  });
});

describe('a login by a file', () => {
  it('follows the file, which is replaced while grantry runs', async () => {
    writeFileSync(join(folder, 'token'), 'first\n');
    const own = login({ tokenFile: 'token' });
    expect(await tokenOf(own)).toBe('first');
    writeFileSync(join(folder, 'token'), 'second\n');
    expect(await tokenOf(own)).toBe('first');
    expect((await own.renew(await own.connection()))?.token?.reveal()).toBe('second');
    expect(await own.renew(await own.connection())).toBeUndefined();
    writeFileSync(join(folder, 'token'), 'third\n');
    now += 60_000;
    expect(await tokenOf(own)).toBe('third');
  });

  it.each([
    ['is not there', undefined, 'cannot be read (ENOENT)'],
    ['is empty', '\n', 'is empty'],
  ])('that %s is an error', async (_, content, why) => {
    if (content !== undefined) writeFileSync(join(folder, 'token'), content);
    await expect(login({ tokenFile: 'token' }).connection()).rejects.toThrow(why);
  });
});

describe('a login', () => {
  it('by a token cannot be made anew', async () => {
    const own = login({ token: 'canary-token' });
    expect(await own.renew(await own.connection())).toBeUndefined();
  });

  it('by a certificate has it, and the name that the server has', async () => {
    const own = login({ 'client-certificate-data': btoa('cert'), 'client-key-data': btoa('canary-key') });
    const { token, fetch } = await own.connection();
    expect([token, fetch.tls?.cert, fetch.tls?.key?.reveal()]).toEqual([undefined, 'cert', 'canary-key']);
    expect(fetch.tls?.servername).toBe('inside');
  });

  it('goes to no host that is not allowed, and reads no credential for it', async () => {
    const own = login({ tokenFile: 'not-there' }, { env: { GRANTRY_ALLOWED_HOSTS: 'other.example' } });
    await expect(own.connection()).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' });
  });

  it('by a kubeconfig that is not there names it', async () => {
    const settings = {
      kind: 'kubeconfig',
      file: '/no/such',
      shownFile: 'no/such',
      context: undefined,
      cwd: '/',
    } as const;
    await expect(new ClusterLogin(settings, { env: {}, clock }).connection()).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'The kubeconfig no/such cannot be read (ENOENT)',
    });
  });
});

describe('the login of a pod', () => {
  it('is that of its service account', () => {
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    expect(inCluster(env)).toMatchObject({
      server: 'https://[fd00::1]:6443',
      ca: { file: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt' },
      user: { kind: 'token-file', file: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
    });
  });

  it('is none elsewhere', async () => {
    await expect(new ClusterLogin({ kind: 'in-cluster' }, { env: {}, clock }).connection()).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      hint: expect.stringContaining('spec.store.kubernetes.kubeconfig'),
    });
  });
});
