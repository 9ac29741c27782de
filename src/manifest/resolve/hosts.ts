import { GrantryError } from '../../model/errors.ts';
import type { Environment } from './environment.ts';
import { isInsecure } from '../schema/url.ts';

const VARIABLE = 'GRANTRY_ALLOWED_HOSTS';

/** The hosts that credentials may be sent to; undefined when every host may have them. Set but empty means none. */
export function readAllowedHosts(env: Environment): readonly string[] | undefined {
  const list = env[VARIABLE];
  return list
    ?.split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map((entry) => entry.toLowerCase());
}

/** Throws HOST_NOT_ALLOWED unless the URL's host is on the list, as `host` (any port) or `host:port`. */
export function checkHostAllowed(url: string, what: string, allowed: readonly string[] | undefined): void {
  if (allowed === undefined || !URL.canParse(url)) {
    return;
  }
  const { hostname, port, protocol } = new URL(url);
  const withPort = `${hostname}:${port === '' ? (protocol === 'http:' ? '80' : '443') : port}`;
  if (!allowed.includes(hostname) && !allowed.includes(withPort)) {
    throw new GrantryError(
      'HOST_NOT_ALLOWED',
      `${what} is at ${withPort}, which ${VARIABLE} does not list: nothing was sent to it`,
      {
        hint: `If that host is right, add it to ${VARIABLE} where a pull request cannot change it (hosts, separated by commas).`,
      },
    );
  }
}

/**
 * Throws HOST_NOT_ALLOWED for an endpoint without TLS, unless its server is reached without TLS on purpose. `publicUrlOption`:
 * where the server's public URL is set.
 */
export function checkEncrypted(
  endpoint: string,
  what: string,
  { url: serverUrl, publicUrlOption }: { readonly url: string; readonly publicUrlOption?: string },
): void {
  if (!isInsecure(endpoint) || isInsecure(serverUrl)) return;
  const option = publicUrlOption === undefined ? '' : ` (${publicUrlOption})`;
  const { origin, pathname } = new URL(endpoint);
  throw new GrantryError(
    'HOST_NOT_ALLOWED',
    `${what} is ${origin}${pathname}, without TLS: credentials would cross the network in clear`,
    {
      hint: `The server at ${serverUrl} names itself so: set its public URL${option}.`,
    },
  );
}
