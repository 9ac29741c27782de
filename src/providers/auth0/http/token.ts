import { GrantryError } from '../../../model/errors.ts';
import { AUTH0_KEYS } from '../settings.ts';
import type { Auth0Auth, Auth0Settings } from '../settings.ts';
import { requestJson } from '../../../platform/http.ts';
import type { HttpRequest } from '../../../platform/http.ts';
import type { Service } from '../../../platform/network-error.ts';
import type { HttpPorts } from '../../../platform/ports.ts';
import { assertionForm } from '../../../model/secrets/assertion-form.ts';
import { signAssertion } from '../../client-assertion.ts';
import { readOwnKey } from '../../own-key.ts';
import { OwnToken, refusalIn, tokenIn } from '../../own-token.ts';
import type { GivenToken } from '../../own-token.ts';

export function auth0Service({ domain }: Auth0Settings): Service {
  return { name: 'Auth0', check: `Check it with: curl https://${domain}/.well-known/openid-configuration` };
}

/** grantry's own token for the Management API. */
export function managementToken(settings: Auth0Settings, ports: HttpPorts): OwnToken {
  return new OwnToken(() => askForToken(settings, ports), ports.clock);
}

async function askForToken(settings: Auth0Settings, ports: HttpPorts): Promise<GivenToken> {
  const { domain, auth } = settings;
  const response = await requestJson(
    {
      service: auth0Service(settings),
      method: 'POST',
      url: `https://${domain}/oauth/token`,
      ...requestOf(settings, ports.clock),
      idempotent: true,
    },
    ports,
  );
  const token = tokenIn(response);
  if (token !== undefined) return token;
  const [{ status }, error] = [response, refusalIn(response)];
  if (status >= 500 || status === 429 || error === undefined) {
    throw new GrantryError('UNREACHABLE', `Auth0 ${domain} answers the token request with status ${status}`, {
      hint: `Is that the domain of an Auth0 tenant? ${auth0Service(settings).check}`,
    });
  }
  throw new GrantryError(
    'NOT_ALLOWED',
    `Auth0 ${domain} does not let the application ${auth.clientId} in: ${error.error}${error.why}`,
    { hint: loginHint(auth) },
  );
}

/** The audience of the Management API: grantry's own tokens are for it. */
export function managementAudience(domain: string): string {
  return `https://${domain}/api/v2/`;
}

/** With what the application proves who it is: RFC 6749 section 2.3.1, or RFC 7523 section 2.2. */
function requestOf({ domain, auth }: Auth0Settings, clock: HttpPorts['clock']): Pick<HttpRequest, 'json' | 'form'> {
  const asked = { grant_type: 'client_credentials', audience: managementAudience(domain) };
  if ('clientSecret' in auth) {
    return { json: { ...asked, client_id: auth.clientId, client_secret: auth.clientSecret.reveal() } };
  }
  const key = readOwnKey(auth.privateKey, auth, AUTH0_KEYS);
  const said = { clientId: auth.clientId, audience: `https://${domain}/` };
  // Auth0 takes an assertion once, also where its answer was lost.
  return { form: async () => ({ ...asked, ...assertionForm(await signAssertion(key, said, clock)) }) };
}

function loginHint(auth: Auth0Auth): string {
  const authorised = 'that the application is authorised for the Auth0 Management API: docs/auth0.md.';
  if ('clientSecret' in auth) {
    return `Check provider.auth0.auth, its clientSecret${auth.clientSecret.origin} too, and ${authorised}`;
  }
  return (
    `Check provider.auth0.auth: that the application ${auth.clientId} authenticates by private_key_jwt with the public half of privateKey${auth.privateKey.origin} ` +
    `among its credentials, that alg and keyId are those of it, that the clock of this machine is right, and ${authorised}`
  );
}
