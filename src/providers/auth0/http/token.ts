import { GrantryError } from '../../../model/errors.ts';
import type { Auth0Settings } from '../settings.ts';
import { requestJson } from '../../../platform/http.ts';
import type { Service } from '../../../platform/network-error.ts';
import type { HttpPorts } from '../../../platform/ports.ts';
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
      json: {
        grant_type: 'client_credentials',
        client_id: auth.clientId,
        client_secret: auth.clientSecret.reveal(),
        audience: `https://${domain}/api/v2/`,
      },
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
    {
      hint: `Check provider.auth0.auth, its clientSecret${auth.clientSecret.origin} too, and that the application is authorised for the Auth0 Management API: docs/auth0.md.`,
    },
  );
}
