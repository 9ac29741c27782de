import { spawn } from 'node:child_process';
import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import { hideSecrets } from '../../../model/secrets/known-secrets.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import { parseJson } from '../../../model/values/parse-json.ts';
import { quoted } from '../../../model/text/printable.ts';
import type { Environment } from '../../../platform/proxy.ts';
import type { ExecPlugin } from './kubeconfig.ts';

/** What a plug-in gave. */
export interface ExecCredential {
  readonly token: Secret | undefined;
  /** PEM. */
  readonly certificate: { readonly cert: string; readonly key: Secret } | undefined;
  /** Milliseconds since the epoch; undefined: for the whole run. */
  readonly expiresAt: number | undefined;
}

/** Of the cluster, for plug-ins that want to know it. */
interface ExecCluster {
  readonly server: string;
  /** PEM. */
  readonly ca: string | undefined;
}

export interface ExecContext {
  readonly env: Environment;
  readonly cluster: ExecCluster;
  readonly signal?: AbortSignal;
}

const KNOWN_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const TIMEOUT_MS = 60_000;
const MOST_OUTPUT = 1024 * 1024;

const answerSchema = z.object({
  kind: z.literal('ExecCredential'),
  status: z.object({
    token: z.string().nullish(),
    clientCertificateData: z.string().nullish(),
    clientKeyData: z.string().nullish(),
    expirationTimestamp: z.iso.datetime({ offset: true }).nullish(),
  }),
});

/**
 * Runs a plug-in as kubectl does where there is no terminal
 * (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins).
 */
export async function runExecPlugin(plugin: ExecPlugin, context: ExecContext): Promise<ExecCredential> {
  const { apiVersion, command, needsTerminal } = plugin;
  if (!KNOWN_VERSIONS.includes(apiVersion)) {
    throw refused(
      command,
      `is of the version ${quoted(apiVersion, 80)}, which is none of ${KNOWN_VERSIONS.join(', ')}`,
    );
  }
  if (needsTerminal) throw refused(command, 'wants a terminal (interactiveMode: Always), which it is not given');
  const { data } = answerSchema.safeParse(parseJson(await outputOf(plugin, context)));
  if (data === undefined) throw refused(command, 'gave something else than an ExecCredential');
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp: end } = data.status;
  if (!token && !(cert && key)) throw refused(command, 'gave neither a token nor a certificate with its key');
  return {
    token: token ? new Secret(token) : undefined,
    certificate: cert && key ? { cert, key: new Secret(key) } : undefined,
    expiresAt: end ? Date.parse(end) : undefined,
  };
}

function outputOf(plugin: ExecPlugin, { env, cluster, signal }: ExecContext): Promise<string> {
  const { apiVersion, command, args, installHint } = plugin;
  const inherited = withoutSecrets(env);
  // What a kubeconfig sets for a plug-in may be a credential.
  for (const value of Object.values(plugin.env)) void new Secret(value);
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false, ...clusterInfo(plugin, cluster) } };
  const child = spawn(command, args, {
    env: { ...inherited, ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    ...(signal === undefined ? {} : { signal }),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text.slice(0, MOST_OUTPUT - stdout.length)));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text.slice(0, MOST_OUTPUT - stderr.length)));
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      const code = 'code' in error ? String(error.code) : error.name;
      const hint = installHint === undefined ? 'Is it installed, and on PATH?' : quoted(installHint);
      reject(refused(command, `cannot be started (${code})`, hint));
    });
    child.on('close', (code, killed) => {
      if (code === 0) return resolve(stdout);
      const end = code === null ? `was stopped (${killed ?? 'no answer in time'})` : `failed (exit code ${code})`;
      const words = quoted(stderr.trim());
      reject(refused(command, words === '' ? end : `${end}: ${words}`));
    });
  });
}

/** The credentials of this run are no business of a login program. */
function withoutSecrets(env: ExecContext['env']): ExecContext['env'] {
  return Object.fromEntries(Object.entries(env).filter(([, value = '']) => hideSecrets(value) === value));
}

function clusterInfo({ wantsCluster }: ExecPlugin, { server, ca }: ExecCluster): object {
  if (!wantsCluster) return {};
  const data = ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return { cluster: { server, ...data } };
}

function refused(
  command: string,
  what: string,
  hint = 'Run it by hand, or kubectl with the same kubeconfig.',
): GrantryError {
  return new GrantryError('NOT_ALLOWED', `The program ${command}, by which the kubeconfig logs in, ${what}`, { hint });
}
