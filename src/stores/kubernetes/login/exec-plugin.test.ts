import { describe, expect, it } from 'vitest';
import { hideSecrets } from '../../../model/secrets/known-secrets.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import { runExecPlugin } from './exec-plugin.ts';
import type { ExecPlugin } from './kubeconfig.ts';

const VERSION = 'client.authentication.k8s.io/v1';
const CLUSTER = { server: 'https://k8s.example', ca: 'ca-in-pem' };

/** A program that is this JavaScript. */
function plugin(code: string, more: Partial<ExecPlugin> = {}): ExecPlugin {
  const base = { apiVersion: VERSION, env: {}, needsTerminal: false, wantsCluster: false, installHint: undefined };
  return { ...base, command: process.execPath, args: ['-e', code], ...more };
}

function answer(status: unknown): string {
  return `console.log(${JSON.stringify(JSON.stringify({ apiVersion: VERSION, kind: 'ExecCredential', status }))})`;
}

const run = (asked: ExecPlugin) => runExecPlugin(asked, { env: process.env, cluster: CLUSTER });

describe('a program that a kubeconfig logs in by', () => {
  it('gives a token, and until when', async () => {
    const found = await run(plugin(answer({ token: 'canary-t', expirationTimestamp: '2030-01-01T00:00:00Z' })));
    expect(found.token?.reveal()).toBe('canary-t');
    expect(found).toMatchObject({ certificate: undefined, expiresAt: Date.parse('2030-01-01') });
  });

  it('gives a certificate', async () => {
    const found = await run(plugin(answer({ clientCertificateData: 'cert', clientKeyData: 'canary-key' })));
    expect(found.certificate?.cert).toBe('cert');
    expect(found.certificate?.key.reveal()).toBe('canary-key');
  });

  it('gets no variable that holds a credential of this run', async () => {
    const held = new Secret('canary-of-the-run');
    const status = '{ token: String(process.env.HELD) + process.env.PLAIN }';
    const code = `console.log(JSON.stringify({ apiVersion: '${VERSION}', kind: 'ExecCredential', status: ${status} }))`;
    const env = { ...process.env, HELD: `Bearer ${held.reveal()}`, PLAIN: ' plain' };
    const given = await runExecPlugin(plugin(code), { env, cluster: CLUSTER });
    expect(given.token?.reveal()).toBe('undefined plain');
  });

  it('is told what it is for, in the environment that the kubeconfig adds to', async () => {
    const code = `const { KUBERNETES_EXEC_INFO: info, REGION } = process.env;
      console.log(JSON.stringify({ kind: 'ExecCredential', status: { token: REGION + info } }))`;
    const asked = plugin(code, { env: { REGION: 'canary-region' }, wantsCluster: true });
    const { token } = await run(asked);
    expect(token?.reveal()).toMatch(/^canary-region/);
    expect(JSON.parse(token?.reveal().slice('canary-region'.length) ?? '')).toEqual({
      apiVersion: VERSION,
      kind: 'ExecCredential',
      spec: {
        interactive: false,
        cluster: { server: 'https://k8s.example', 'certificate-authority-data': btoa('ca-in-pem') },
      },
    });
    expect(hideSecrets('canary-region')).not.toContain('canary');
  });

  it.each([
    ['fails', plugin("console.error('session expired'); process.exit(3)"), 'failed (exit code 3): session expired'],
    ['says something else', plugin("console.log('canary-output')"), 'gave something else than an ExecCredential'],
    ['gives nothing', plugin(answer({})), 'gave neither a token nor a certificate'],
    ['gives half a certificate', plugin(answer({ clientCertificateData: 'canary' })), 'gave neither a token nor'],
    ['is not there', plugin('', { command: 'grantry-no-such-program' }), 'cannot be started (ENOENT)'],
    ['is too old', plugin('', { apiVersion: 'client.authentication.k8s.io/v1alpha1' }), 'is of the version'],
    ['wants a terminal', plugin('', { needsTerminal: true }), 'wants a terminal'],
  ])('that %s: the error says so, and nothing that it gave', async (_, asked, why) => {
    const error: unknown = await run(asked).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining(why) });
    expect(String(error)).not.toContain('canary');
  });

  it('that is not there: what the kubeconfig says of how to install it is the hint', async () => {
    const asked = plugin('', { command: 'grantry-no-such-program', installHint: 'Get it from the intranet' });
    await expect(run(asked)).rejects.toMatchObject({ hint: 'Get it from the intranet' });
  });

  it('ends with the run', async () => {
    const stop = new AbortController();
    const asked = plugin('setTimeout(() => {}, 60000)');
    const running = runExecPlugin(asked, { env: process.env, cluster: CLUSTER, signal: stop.signal });
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  });
});
