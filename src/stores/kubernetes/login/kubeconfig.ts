import { dirname, isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { isInsecure } from '../../../manifest/schema/url.ts';
import { GrantryError } from '../../../model/errors.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import { describeMismatch } from '../../../platform/mismatch.ts';

/**
 * The part of a kubeconfig that grantry goes by
 * (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/). Of the rest, what would change where requests go or as
 * whom is refused, and never left out silently.
 */
const execSchema = z.object({
  apiVersion: z.string(),
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  interactiveMode: z.string().nullish(),
  provideClusterInfo: z.boolean().nullish(),
  installHint: z.string().nullish(),
});

const clusterSchema = z.object({
  server: z.string(),
  'certificate-authority': z.string().nullish(),
  'certificate-authority-data': z.string().nullish(),
  'insecure-skip-tls-verify': z.boolean().nullish(),
  'tls-server-name': z.string().nullish(),
  'proxy-url': z.string().nullish(),
});

const userSchema = z.looseObject({
  token: z.string().nullish(),
  tokenFile: z.string().nullish(),
  'client-certificate': z.string().nullish(),
  'client-certificate-data': z.string().nullish(),
  'client-key': z.string().nullish(),
  'client-key-data': z.string().nullish(),
  exec: execSchema.nullish(),
});

const kubeconfigSchema = z.object({
  'current-context': z.string().nullish(),
  contexts: z
    .array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string().nullish() }) }))
    .nullish(),
  clusters: z.array(z.object({ name: z.string(), cluster: clusterSchema })).nullish(),
  users: z.array(z.object({ name: z.string(), user: userSchema.nullish() })).nullish(),
});

/** PEM, in the kubeconfig itself or in a file. */
export type Pem = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'file'; readonly file: string };

/** A program that gives a credential (client.authentication.k8s.io). */
export interface ExecPlugin {
  readonly apiVersion: string;
  /** A path is absolute; a bare name is looked for on PATH. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly needsTerminal: boolean;
  readonly wantsCluster: boolean;
  readonly installHint: string | undefined;
}

/** How a cluster is reached, and how one logs in there. */
export interface ClusterAccess {
  /** Base URL without a slash at its end. */
  readonly server: string;
  /** Undefined: the CAs that Node trusts. */
  readonly ca: Pem | undefined;
  readonly tlsServerName: string | undefined;
  readonly proxyUrl: string | undefined;
  readonly user: ClusterUser;
}

type ClusterUser =
  | { readonly kind: 'token'; readonly token: Secret }
  | { readonly kind: 'token-file'; readonly file: string }
  | { readonly kind: 'certificate'; readonly cert: Pem; readonly key: Pem }
  | { readonly kind: 'exec'; readonly plugin: ExecPlugin }
  | { readonly kind: 'nobody' };

/** Where a kubeconfig was read from, as errors name it. */
interface Source {
  /** Absolute. */
  readonly file: string;
  readonly shownFile: string;
}

/** What a kubeconfig says of a context; throws INVALID_INPUT, which quotes nothing of the file but names. */
export function parseKubeconfig(text: string, source: Source, wanted: string | undefined): ClusterAccess {
  const config = read(text, source);
  const name = wanted ?? config['current-context'] ?? '';
  if (name === '') throw problem(source, 'has no current context', 'Name one: spec.store.kubernetes.context.');
  const { context } = find(config.contexts, name, 'context', source);
  const { cluster } = find(config.clusters, context.cluster, 'cluster', source);
  const user = context.user ? find(config.users, context.user, 'user', source).user : undefined;
  return { ...toCluster(cluster, source), user: toUser(user ?? {}, context.user ?? '', source) };
}

function read(text: string, source: Source): z.infer<typeof kubeconfigSchema> {
  let parsed: unknown;
  try {
    parsed = parse(text, { logLevel: 'silent' });
  } catch {
    // The error of the YAML library quotes the text.
    throw problem(source, 'is not YAML');
  }
  const { data, error } = kubeconfigSchema.safeParse(parsed);
  if (error !== undefined) throw problem(source, `is no kubeconfig: ${describeMismatch(error)}`);
  return data;
}

function find<Item extends { readonly name: string }>(
  items: readonly Item[] | null | undefined,
  name: string,
  what: string,
  source: Source,
): Item {
  const found = items?.find((item) => item.name === name);
  if (found !== undefined) return found;
  const names = (items ?? []).map((item) => item.name).join(', ');
  throw problem(source, `has no ${what} "${name}"`, names === '' ? undefined : `It has: ${names}.`);
}

function toCluster(cluster: z.infer<typeof clusterSchema>, source: Source): Omit<ClusterAccess, 'user'> {
  const { server } = cluster;
  const proxyUrl = cluster['proxy-url'] ?? undefined;
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    throw problem(source, 'names a server that is no plain https URL');
  }
  if (isInsecure(server)) {
    throw problem(source, `names the server ${url.host} without TLS: credentials would cross the network in clear`);
  }
  if (cluster['insecure-skip-tls-verify'] === true) {
    const hint = 'Take insecure-skip-tls-verify out, and put the CA into certificate-authority-data.';
    throw problem(source, 'says not to verify the certificate of the server: credentials could go to anybody', hint);
  }
  if (proxyUrl !== undefined && !(URL.canParse(proxyUrl) && /^https?:$/.test(new URL(proxyUrl).protocol))) {
    throw problem(source, 'names a proxy-url that is no http or https URL, the only ones that grantry takes');
  }
  return {
    server: server.replace(/\/+$/, ''),
    ca: toPem(cluster['certificate-authority-data'], cluster['certificate-authority'], source),
    tlsServerName: cluster['tls-server-name'] ?? undefined,
    proxyUrl,
  };
}

function toPem(data: string | null | undefined, file: string | null | undefined, source: Source): Pem | undefined {
  if (data) return { kind: 'text', text: Buffer.from(data, 'base64').toString() };
  return file ? { kind: 'file', file: beside(source, file) } : undefined;
}

/** Relative paths of a kubeconfig are relative to its own folder. */
function beside({ file }: Source, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

/** Logins that kubectl has no more, and acting as somebody else. */
const NOT_TAKEN = ['auth-provider', 'username', 'password', 'as', 'as-uid', 'as-groups', 'as-user-extra'];

function toUser(user: z.infer<typeof userSchema>, name: string, source: Source): ClusterUser {
  const key = NOT_TAKEN.find((each) => user[each] !== undefined && user[each] !== null);
  if (key !== undefined) {
    const hint = 'grantry takes a token, a tokenFile, a client certificate, or an exec plug-in such as kubelogin.';
    throw problem(source, `has the user "${name}" log in by ${key}`, hint);
  }
  if (user.exec) return { kind: 'exec', plugin: toPlugin(user.exec, source) };
  if (user.tokenFile) return { kind: 'token-file', file: beside(source, user.tokenFile) };
  if (user.token) return { kind: 'token', token: new Secret(user.token) };
  const cert = toPem(user['client-certificate-data'], user['client-certificate'], source);
  const clientKey = toPem(user['client-key-data'], user['client-key'], source);
  if (clientKey?.kind === 'text') void new Secret(clientKey.text);
  if (cert !== undefined && clientKey !== undefined) return { kind: 'certificate', cert, key: clientKey };
  return { kind: 'nobody' };
}

function toPlugin(exec: z.infer<typeof execSchema>, source: Source): ExecPlugin {
  // As kubectl does it: what has a slash is a path, and stands beside the kubeconfig.
  const command = exec.command.includes('/') ? beside(source, exec.command) : exec.command;
  const env = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]));
  return {
    apiVersion: exec.apiVersion,
    command,
    args: exec.args ?? [],
    env,
    needsTerminal: exec.interactiveMode === 'Always',
    wantsCluster: exec.provideClusterInfo === true,
    installHint: exec.installHint ?? undefined,
  };
}

function problem({ shownFile }: Source, what: string, hint?: string): GrantryError {
  return new GrantryError('INVALID_INPUT', `The kubeconfig ${shownFile} ${what}`, hint === undefined ? {} : { hint });
}
