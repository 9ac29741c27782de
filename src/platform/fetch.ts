import type { Secret } from '../model/secrets/secret.ts';
import { readProxies } from './proxy.ts';
import type { Environment, Proxies } from './proxy.ts';

/** Sends one request; the answer may be of any status. */
export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** Milliseconds until a connection must stand, TLS included. */
const CONNECT_TIMEOUT = 10_000;

/** Milliseconds after which an idle connection is given up, before the other side or a balancer in between does so unseen. */
const KEEP_ALIVE = 4_000;

/** How a server is known, and what it knows grantry by, where that is not what the environment says. All in PEM. */
export interface TlsSettings {
  /** The only CAs that are believed; NODE_EXTRA_CA_CERTS then counts for nothing. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: Secret;
  /** The name in its certificate, where that is not the host. */
  readonly servername?: string;
}

/** What differs from one `fetch` to another. */
export interface FetchOptions {
  /** Milliseconds. */
  readonly connectTimeout?: number;
  readonly tls?: TlsSettings;
  /** Instead of those of the environment. */
  readonly proxyUrl?: string;
}

/**
 * A `fetch` over one dispatcher: connections that are kept, and the proxies of the environment. NODE_EXTRA_CA_CERTS is Node's
 * own matter. It is undici's fetch, not Node's, which may be of another version than the dispatcher; and it is loaded with
 * the first request, as commands that work offline need none.
 */
export function makeFetch(env: Environment, options: FetchOptions = {}): Fetch {
  const { proxyUrl } = options;
  const proxies =
    proxyUrl === undefined ? readProxies(env) : { httpProxy: proxyUrl, httpsProxy: proxyUrl, noProxy: '' };
  let loaded: Promise<Fetch> | undefined;
  return async (url, init) => {
    loaded ??= loadFetch(proxies, options);
    const fetch = await loaded;
    return fetch(url, init);
  };
}

async function loadFetch(
  proxies: Proxies,
  { connectTimeout = CONNECT_TIMEOUT, tls: { key, ...tls } = {} }: FetchOptions,
): Promise<Fetch> {
  const { EnvHttpProxyAgent, fetch } = await import('undici');
  const secured = { ...tls, ...(key === undefined ? {} : { key: key.reveal() }) };
  const dispatcher = new EnvHttpProxyAgent({
    ...proxies,
    // Plain http is not tunnelled: many proxies allow CONNECT to port 443 only.
    proxyTunnel: false,
    connect: { timeout: connectTimeout, ...secured },
    // Of the server behind a proxy.
    requestTls: secured,
    keepAliveTimeout: KEEP_ALIVE,
    keepAliveMaxTimeout: KEEP_ALIVE,
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node's types are those of another version of undici
  return (url, init) => fetch(url, { ...init, dispatcher } as never);
}
