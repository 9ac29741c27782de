import { isDeepStrictEqual } from 'node:util';
import { OPENID_CONNECT } from '../fields.ts';
import type { ClientRepresentation, MapperRepresentation } from './representations.ts';

/**
 * Keycloak 26.0 makes three mappers on a client together with its service account, and those that are missing with a token request
 * that finds no `Client ID`; newer servers have them once, in the client scope `service_account`. Measured on 26.0.8 and 26.2.5.
 * By the mapper's name: the claim, what a token request came from.
 */
const CLAIMS: ReadonlyMap<string, string> = new Map([
  ['Client ID', 'client_id'],
  ['Client Host', 'clientHost'],
  ['Client IP Address', 'clientAddress'],
]);

const TYPE = 'oidc-usersessionmodel-note-mapper';

/** A mapper that is as the server makes it for service accounts: of that name alone it may do anything. */
export function isServersOwnMapper({ name, protocolMapper, config }: MapperRepresentation): boolean {
  const claim = CLAIMS.get(name);
  return claim !== undefined && protocolMapper === TYPE && isDeepStrictEqual(config, configOf(claim));
}

/**
 * The mappers that stay where a PUT takes the others away, so that tokens have their claims all the time: those of the server, and
 * what somebody made of one of them as it was.
 */
export function serversOwnMappers({ protocolMappers }: ClientRepresentation): object[] {
  if (!protocolMappers.some((mapper) => isServersOwnMapper(mapper))) return [];
  return protocolMappers.flatMap(({ id, name }) => {
    const claim = CLAIMS.get(name);
    if (claim === undefined) return [];
    return [{ id, name, protocol: OPENID_CONNECT, protocolMapper: TYPE, config: configOf(claim) }];
  });
}

function configOf(claim: string): Record<string, string> {
  return {
    'user.session.note': claim,
    'claim.name': claim,
    'jsonType.label': 'String',
    'access.token.claim': 'true',
    'id.token.claim': 'true',
    'introspection.token.claim': 'true',
  };
}
