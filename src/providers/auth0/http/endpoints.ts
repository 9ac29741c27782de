import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import type { Endpoints } from '../../../model/state.ts';
import type { Auth0Settings } from '../settings.ts';
import { requestJson } from '../../../platform/http.ts';
import { describeMismatch } from '../../../platform/mismatch.ts';
import type { HttpPorts } from '../../../platform/ports.ts';
import { endpointUrl } from '../../discovery.ts';
import { auth0Service } from './token.ts';

const metadata = z.object({ issuer: z.string(), token_endpoint: endpointUrl, jwks_uri: endpointUrl });

/** Reads the tenant's metadata (OpenID Connect Discovery 1.0 section 4). Auth0 has no introspection endpoint. */
export async function readEndpoints(settings: Auth0Settings, ports: HttpPorts): Promise<Endpoints> {
  const url = `https://${settings.domain}/.well-known/openid-configuration`;
  const { status, body } = await requestJson({ service: auth0Service(settings), method: 'GET', url }, ports);
  const parsed = metadata.safeParse(body);
  if (status !== 200 || !parsed.success) {
    const why = status === 200 && parsed.error !== undefined ? `: ${describeMismatch(parsed.error)}` : '';
    throw new GrantryError('UNREACHABLE', `Auth0 at ${url} gives no OpenID metadata (status ${status})${why}`, {
      hint: 'Is that the domain of an Auth0 tenant?',
    });
  }
  const { issuer, token_endpoint: token, jwks_uri: jwks } = parsed.data;
  return { issuer, token, jwks, introspection: undefined };
}
