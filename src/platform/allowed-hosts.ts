import { GrantryError } from '../model/errors.ts';
import type { Environment } from './proxy.ts';

const ALLOWED_HOSTS = 'GRANTRY_ALLOWED_HOSTS';

/** The hosts that credentials may be sent to; undefined when every host may have them. Set but empty means none. */
export function readAllowedHosts(env: Environment): readonly string[] | undefined {
  const list = env[ALLOWED_HOSTS];
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
      `${what} is at ${withPort}, which ${ALLOWED_HOSTS} does not list: nothing was sent to it`,
      {
        hint: `If that host is right, add it to ${ALLOWED_HOSTS} where a pull request cannot change it (hosts, separated by commas).`,
      },
    );
  }
}
