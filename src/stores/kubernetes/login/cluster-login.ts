import { readFile } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { checkHostAllowed, readAllowedHosts } from '../../../platform/allowed-hosts.ts';
import { GrantryError } from '../../../model/errors.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import type { FetchOptions, TlsSettings } from '../../../platform/fetch.ts';
import type { Ports } from '../../../platform/ports.ts';
import type { ClusterSettings } from '../settings.ts';
import { runExecPlugin } from './exec-plugin.ts';
import { inCluster } from './in-cluster.ts';
import { parseKubeconfig } from './kubeconfig.ts';
import type { ClusterAccess, ExecPlugin, Pem } from './kubeconfig.ts';

/** What a request is sent with. The same object for as long as nothing changed. */
export interface Connection {
  readonly server: string;
  /** A bearer token; undefined: none is sent. */
  readonly token: Secret | undefined;
  readonly fetch: Pick<FetchOptions, 'tls' | 'proxyUrl'>;
}

/** A credential, and until when it may be used, in milliseconds since the epoch; undefined: for the whole run. */
interface Held {
  readonly connection: Connection;
  readonly until: number | undefined;
}

/** The kubelet replaces a token long before it ends; client-go reads its file as often. */
const TOKEN_FILE_MS = 60_000;
/** A credential that ends within this is not used for another request. */
const MARGIN_MS = 20_000;

/** The login to one cluster, for one run: stores with the same one share it. */
export class ClusterLogin {
  readonly #settings: ClusterSettings;
  readonly #ports: Pick<Ports, 'env' | 'clock' | 'signal'>;
  #access: Promise<ClusterAccess> | undefined;
  #held: Held | undefined;
  #pending: Promise<Held> | undefined;

  constructor(settings: ClusterSettings, ports: Pick<Ports, 'env' | 'clock' | 'signal'>) {
    this.#settings = settings;
    this.#ports = ports;
  }

  /** Throws HOST_NOT_ALLOWED for a cluster that may not be sent credentials, before any is looked for. */
  async connection(): Promise<Connection> {
    const { connection, until } = this.#held ?? (await this.#share());
    if (until === undefined || this.#ports.clock.now() < until) return connection;
    return this.#replace(connection);
  }

  /** After a 401: another credential, if one can be had; undefined where it is the same. */
  async renew(refused: Connection): Promise<Connection | undefined> {
    const { user } = await this.#accessOnce();
    if (user.kind !== 'exec' && user.kind !== 'token-file') return undefined;
    const next = await this.#replace(refused);
    const isSame = next.token !== undefined && refused.token?.equals(next.token) === true;
    return isSame ? undefined : next;
  }

  /** Requests that find the same credential ended share one login. */
  async #replace(ended: Connection): Promise<Connection> {
    const held = this.#held?.connection === ended ? await this.#share() : this.#held;
    return (held ?? (await this.#share())).connection;
  }

  #share(): Promise<Held> {
    this.#pending ??= this.#acquire().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  #accessOnce(): Promise<ClusterAccess> {
    this.#access ??= readAccess(this.#settings, this.#ports.env);
    return this.#access;
  }

  async #acquire(): Promise<Held> {
    const access = await this.#accessOnce();
    const ca = await pemOf(access.ca);
    const server: TlsSettings = {
      ...(ca === undefined ? {} : { ca }),
      ...(access.tlsServerName === undefined ? {} : { servername: access.tlsServerName }),
    };
    const { token, client = {}, until } = await this.#logIn(access, ca);
    const proxy = access.proxyUrl === undefined ? {} : { proxyUrl: access.proxyUrl };
    const connection = { server: access.server, token, fetch: { tls: { ...server, ...client }, ...proxy } };
    this.#held = { connection, until };
    return this.#held;
  }

  async #logIn({ user, server }: ClusterAccess, ca: string | undefined): Promise<LoggedIn> {
    const { env, clock, signal } = this.#ports;
    switch (user.kind) {
      case 'token':
        return { token: user.token, until: undefined };
      case 'token-file':
        return { token: await tokenIn(user.file), until: clock.now() + TOKEN_FILE_MS };
      case 'certificate': {
        const [cert, key] = await Promise.all([pemOf(user.cert), pemOf(user.key)]);
        return { token: undefined, client: { cert, key: new Secret(key) }, until: undefined };
      }
      case 'exec': {
        checkMayRun(user.plugin, this.#settings, env);
        const context = { env, cluster: { server, ca }, ...(signal === undefined ? {} : { signal }) };
        const { token, certificate, expiresAt } = await runExecPlugin(user.plugin, context);
        const until = expiresAt === undefined ? undefined : expiresAt - MARGIN_MS;
        return { token, ...(certificate === undefined ? {} : { client: certificate }), until };
      }
      case 'nobody':
        return { token: undefined, until: undefined };
      default:
        return user satisfies never;
    }
  }
}

interface LoggedIn {
  readonly token: Secret | undefined;
  readonly client?: TlsSettings;
  readonly until: number | undefined;
}

async function readAccess(settings: ClusterSettings, env: Ports['env']): Promise<ClusterAccess> {
  const access = settings.kind === 'in-cluster' ? inCluster(env) : await readKubeconfig(settings);
  checkHostAllowed(access.server, 'The Kubernetes API server', readAllowedHosts(env));
  return access;
}

async function readKubeconfig({
  file,
  shownFile,
  context,
}: Extract<ClusterSettings, { kind: 'kubeconfig' }>): Promise<ClusterAccess> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(`The kubeconfig ${shownFile}`, error, 'Check spec.store.kubernetes.kubeconfig.');
  });
  return parseKubeconfig(text, { file, shownFile }, context);
}

/** Where pull requests are not trusted, none of them decides which program runs. */
function checkMayRun({ command }: ExecPlugin, settings: ClusterSettings, env: Ports['env']): void {
  if (settings.kind !== 'kubeconfig' || readAllowedHosts(env) === undefined) return;
  const inside = relative(settings.cwd, settings.file);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return;
  throw new GrantryError(
    'HOST_NOT_ALLOWED',
    `The kubeconfig ${settings.shownFile} logs in by the program ${command}, and lies where a pull request can change it: the program was not run`,
    { hint: 'With GRANTRY_ALLOWED_HOSTS set, put the kubeconfig outside of the working directory.' },
  );
}

async function tokenIn(file: string): Promise<Secret> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(`The token of the Kubernetes login, ${file},`, error);
  });
  if (text.trim() === '') throw new GrantryError('NOT_ALLOWED', `The token of the Kubernetes login, ${file}, is empty`);
  return new Secret(text.trim());
}

function pemOf(pem: Pem): Promise<string>;
function pemOf(pem: Pem | undefined): Promise<string | undefined>;
async function pemOf(pem: Pem | undefined): Promise<string | undefined> {
  if (pem?.kind !== 'file') return pem?.text;
  return readFile(pem.file, 'utf8').catch((error: unknown) => {
    throw unreadable(`The file ${pem.file}, which the Kubernetes login names,`, error);
  });
}

function unreadable(what: string, error: unknown, hint?: string): GrantryError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return new GrantryError('INVALID_INPUT', `${what} cannot be read (${code})`, hint === undefined ? {} : { hint });
}
