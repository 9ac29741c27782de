import { GrantryError } from '../model/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** URLs of proxies and the hosts that are reached without; empty where there are none. */
export interface Proxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/**
 * The proxies that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name; lower case wins, as with curl. Throws where one is no URL. Node does
 * this by itself only from version 24 on, and only when it is asked to.
 */
export function readProxies(env: Environment): Proxies {
  const first = (name: string): string =>
    [env[name.toLowerCase()], env[name]].find((value) => value !== undefined && value !== '') ?? '';
  return {
    httpProxy: proxyIn('HTTP_PROXY', first),
    httpsProxy: proxyIn('HTTPS_PROXY', first),
    noProxy: first('NO_PROXY'),
  };
}

function proxyIn(name: string, read: (name: string) => string): string {
  const url = read(name);
  if (url === '' || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) return url;
  throw new GrantryError('INVALID_INPUT', `${name} is not an http or https URL`, {
    hint: 'It looks like http://proxy.example:3128.',
  });
}
