import { GrantryError } from '../../model/errors.ts';
import { isInsecure } from '../schema/url.ts';

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
