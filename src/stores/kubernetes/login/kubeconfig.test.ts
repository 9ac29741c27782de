import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { GrantryError } from '../../../model/errors.ts';
import { parseKubeconfig } from './kubeconfig.ts';
import type { ClusterAccess } from './kubeconfig.ts';

const SOURCE = { file: '/home/ann/.kube/config', shownFile: '~/.kube/config' };
const PEM = '-----BEGIN CERTIFICATE-----\ncanary-ca\n';

interface Parts {
  readonly cluster?: Record<string, unknown>;
  readonly user?: Record<string, unknown>;
  readonly more?: Record<string, unknown>;
}

function kubeconfig({ cluster = {}, user = { token: 'canary-token' }, more = {} }: Parts = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'dev',
    clusters: [{ name: 'c', cluster: { server: 'https://k8s.example:6443/', ...cluster } }],
    contexts: [
      { name: 'dev', context: { cluster: 'c', user: 'u' } },
      { name: 'lost', context: { cluster: 'gone' } },
      { name: 'anonymous', context: { cluster: 'c' } },
    ],
    users: [{ name: 'u', user }],
    ...more,
  });
}

function parse(parts: Parts = {}, context?: string): ClusterAccess {
  return parseKubeconfig(kubeconfig(parts), SOURCE, context);
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof GrantryError && error.code === 'INVALID_INPUT') return `${error.message} ${error.hint ?? ''}`;
    throw error;
  }
  throw new Error('it was taken');
}

describe('a kubeconfig', () => {
  it('names the server and the login of its current context', () => {
    const { server, user, ca } = parse({ cluster: { 'certificate-authority-data': btoa(PEM) } });
    expect([server, ca]).toEqual(['https://k8s.example:6443', { kind: 'text', text: PEM }]);
    expect(user.kind === 'token' && user.token.reveal()).toBe('canary-token');
    expect(parse({}, 'anonymous').user).toEqual({ kind: 'nobody' });
  });

  it('names files relative to itself', () => {
    const files = { 'client-certificate': 'own.crt', 'client-key': '/etc/own.key' };
    const { user, ca } = parse({ cluster: { 'certificate-authority': 'ca.crt' }, user: files });
    expect(ca).toEqual({ kind: 'file', file: '/home/ann/.kube/ca.crt' });
    expect(user).toEqual({
      kind: 'certificate',
      cert: { kind: 'file', file: '/home/ann/.kube/own.crt' },
      key: { kind: 'file', file: '/etc/own.key' },
    });
    expect(parse({ user: { tokenFile: 'token' } }).user).toEqual({ kind: 'token-file', file: '/home/ann/.kube/token' });
  });

  it('names a program: one with a slash relative to itself, one without on PATH', () => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'aws',
      args: ['eks'],
      interactiveMode: 'Always',
    };
    const { user } = parse({ user: { exec } });
    expect(user).toMatchObject({ kind: 'exec', plugin: { command: 'aws', args: ['eks'], needsTerminal: true } });
    const beside = parse({ user: { exec: { ...exec, command: './login' } } });
    expect(beside.user).toMatchObject({ plugin: { command: '/home/ann/.kube/login' } });
  });

  it.each([
    ['no context of that name', {}, 'prod', 'has no context "prod" It has: dev, lost, anonymous.'],
    ['no cluster of that name', {}, 'lost', 'has no cluster "gone" It has: c.'],
    ['a server that is no URL', { cluster: { server: 'k8s' } }, undefined, 'no plain https URL'],
    ['a server with a password', { cluster: { server: 'https://a:canary-password@k8s' } }, undefined, 'no plain https'],
    ['a server without TLS', { cluster: { server: 'http://k8s.example' } }, undefined, 'k8s.example without TLS'],
    ['any certificate taken', { cluster: { 'insecure-skip-tls-verify': true } }, undefined, 'not to verify'],
    [
      'a proxy of another kind',
      { cluster: { 'proxy-url': 'socks5://canary-proxy' } },
      undefined,
      'proxy-url that is no',
    ],
    [
      'a login that kubectl has no more',
      { user: { username: 'ann', password: 'canary-pw' } },
      undefined,
      'by username',
    ],
    ['another identity', { user: { token: 'canary-token', as: 'root' } }, undefined, 'by as'],
    ['an old plug-in', { user: { 'auth-provider': { name: 'gcp' } } }, undefined, 'by auth-provider'],
    ['no current context', { more: { 'current-context': '' } }, undefined, 'no current context Name one'],
    ['a list of another shape', { more: { users: 'canary-users' } }, undefined, 'is no kubeconfig: users should be'],
  ])('is refused with %s, and nothing secret of it is quoted', (_, parts, context, why) => {
    const words = refusal(() => parse(parts, context));
    expect(words).toContain('~/.kube/config');
    expect(words).toContain(why);
    expect(words).not.toContain('canary');
  });

  it('that is not YAML is refused without a word of it', () => {
    expect(refusal(() => parseKubeconfig('users: [{token: canary-token', SOURCE, undefined))).not.toContain('canary');
    expect(refusal(() => parseKubeconfig('canary-text', SOURCE, undefined))).not.toContain('canary');
  });

  it('may name a server of this machine without TLS', () => {
    expect(parse({ cluster: { server: 'http://127.0.0.1:8001' } }).server).toBe('http://127.0.0.1:8001');
  });
});
