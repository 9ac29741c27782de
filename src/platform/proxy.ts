import { GrantryError } from '../model/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface ProxySettings {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy?: string;
}

/** The proxy that the environment asks for; undefined when it asks for none. Lower case wins, as with curl. */
export function proxySettings(env: Environment): ProxySettings | undefined {
  const first = (...names: string[]) => names.map((name) => env[name] ?? '').find((value) => value !== '');
  const httpProxy = first('http_proxy', 'HTTP_PROXY');
  const httpsProxy = first('https_proxy', 'HTTPS_PROXY');
  const noProxy = first('no_proxy', 'NO_PROXY');
  if (httpProxy === undefined && httpsProxy === undefined) {
    return undefined;
  }
  return {
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
  };
}

/**
 * Makes `fetch` go through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name; does nothing when none is set.
 * Node does this by itself only from version 24 on, and only when told to.
 */
export async function installProxy(env: Environment): Promise<void> {
  const settings = proxySettings(env);
  if (settings === undefined) {
    return;
  }
  for (const [name, value] of [
    ['HTTP_PROXY', settings.httpProxy],
    ['HTTPS_PROXY', settings.httpsProxy],
  ] as const) {
    if (value !== undefined && !(URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))) {
      throw new GrantryError('INVALID_INPUT', `${name} is not an http or https URL`, {
        hint: 'It looks like http://proxy.example:3128.',
      });
    }
  }
  const { EnvHttpProxyAgent, setGlobalDispatcher } = await import('undici');
  // Plain http is not tunnelled: many proxies allow CONNECT to port 443 only.
  setGlobalDispatcher(new EnvHttpProxyAgent({ ...settings, proxyTunnel: false }));
  installed = true;
}

let installed = false;

/** Whether `fetch` goes through a proxy, so that requests must go by it. */
export function isProxyInstalled(): boolean {
  return installed;
}
