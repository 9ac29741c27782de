import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import type { Endpoints } from '../../model/state.ts';
import type { KeycloakSettings } from './settings.ts';
import { requestJson } from '../../platform/http.ts';
import { describeMismatch } from '../../platform/mismatch.ts';
import { oauthErrorIn } from '../../platform/oauth-error.ts';
import type { HttpPorts } from '../../platform/ports.ts';
import { endpointUrl } from '../discovery.ts';
import { adviseOnRealm, keycloakService, realmField, URL_QUESTION } from './http/service.ts';

const metadata = z.object({
  issuer: z.string(),
  token_endpoint: endpointUrl,
  jwks_uri: endpointUrl,
  introspection_endpoint: endpointUrl.optional(),
});

/** Reads the realm's metadata (OpenID Connect Discovery 1.0 section 4): its public URLs may differ from the one given. */
export async function readEndpoints(
  settings: KeycloakSettings,
  ports: HttpPorts,
  realm = settings.realm,
): Promise<Endpoints> {
  const url = `${settings.url}/realms/${encodeURIComponent(realm)}/.well-known/openid-configuration`;
  const service = keycloakService(settings);
  const { status, body } = await requestJson({ service, method: 'GET', url }, ports);
  if (status === 404) {
    throw new GrantryError('NOT_ALLOWED', `Keycloak at ${settings.url} has no realm ${realm}`, {
      hint: `Create the realm, or correct ${realmField(settings, realm)} in the Target. ${URL_QUESTION}`,
    });
  }
  const parsed = metadata.safeParse(body);
  if (status !== 200 || !parsed.success) {
    const refused = oauthErrorIn(body);
    const why = status === 200 && parsed.error !== undefined ? `: ${describeMismatch(parsed.error)}` : refused?.why;
    const advice = refused === undefined ? undefined : adviseOnRealm(realm, settings.url, refused);
    throw new GrantryError(
      'UNREACHABLE',
      `Keycloak at ${url} gives no OpenID metadata (status ${status})${why ?? ''}`,
      {
        hint: advice ?? `Is that the base URL of a Keycloak server? ${service.check}`,
      },
    );
  }
  const { issuer, token_endpoint: token, jwks_uri: jwks, introspection_endpoint: introspection } = parsed.data;
  return { issuer, token, jwks, introspection };
}
