/** What Keycloak lists of clients and client scopes, as grantry reads it. */
import {
  clientRepresentation,
  clientScopeRepresentation,
} from '../../../src/providers/keycloak/convert/representations.ts';
import type {
  ClientRepresentation,
  ClientScopeRepresentation,
} from '../../../src/providers/keycloak/convert/representations.ts';
import { audienceMapper } from './made-scopes.ts';

/** An M2M client with a secret and nothing else, but for what is given. */
export function clientRow(clientId: string, special: Readonly<Record<string, unknown>> = {}): ClientRepresentation {
  return clientRepresentation.parse({
    id: `id of ${clientId}`,
    clientId,
    enabled: true,
    protocol: 'openid-connect',
    serviceAccountsEnabled: true,
    clientAuthenticatorType: 'client-secret',
    attributes: {},
    ...special,
  });
}

/** A client scope that puts this audience into tokens by a plain mapper, but for what is given. */
export function scopeRow(
  name: string,
  audience: string | undefined,
  special: Readonly<Record<string, unknown>> = {},
): ClientScopeRepresentation {
  const mappers = audience === undefined ? [] : [audienceMapper('aud', 'included.custom.audience', audience)];
  return clientScopeRepresentation.parse({
    id: `id of ${name}`,
    name,
    description: `About ${name}`,
    protocol: 'openid-connect',
    attributes: { 'include.in.token.scope': 'true' },
    protocolMappers: mappers.map((mapper) => ({ ...mapper, id: mapper.name })),
    ...special,
  });
}
