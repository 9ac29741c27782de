import { addressOf } from '../../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../../model/desired.ts';
import type { ActualState } from '../../../model/state.ts';
import { OPENID_CONNECT } from '../fields.ts';
import { MARK } from '../convert/marks.ts';
import type { ClientRepresentation, ClientScopeRepresentation } from '../convert/representations.ts';

/*
 * Objects of others that bear a wanted name and are of another protocol: somebody logs in by SAML there, and to turn it into
 * something else is no adoption. What is the stack's, and was turned by hand, is turned back.
 */

export function clientsOfOtherProtocols(
  clients: readonly ClientRepresentation[],
  desiredOf: ReadonlyMap<string, DesiredClient>,
  stack: string,
): ActualState['impossible'] {
  return clients.flatMap(({ id, clientId, protocol, attributes }) => {
    const desired = desiredOf.get(id);
    if (desired === undefined || protocol === OPENID_CONNECT || attributes[MARK.stack] === stack) return [];
    return [
      {
        address: addressOf('Client', desired.name),
        reason: `client ${clientId} exists already, for the protocol ${protocol}: that is no client of OAuth 2.0, and is not adopted`,
        hint: 'Give the manifest another spec.clientId. If nobody uses that client any more, delete it first.',
      },
    ];
  });
}

export function scopesOfOtherProtocols(
  scopes: readonly ClientScopeRepresentation[],
  { apis, target: { stack } }: DesiredState,
): ActualState['impossible'] {
  const others = new Map(
    scopes.flatMap(({ name, protocol, attributes }) =>
      protocol === OPENID_CONNECT || attributes[MARK.stack] === stack ? [] : [[name, protocol] as const],
    ),
  );
  if (others.size === 0) return [];
  const managed = apis.filter((api) => api.managed);
  return managed.flatMap((api) =>
    api.scopes.flatMap(({ name }) => {
      const protocol = others.get(name);
      if (protocol === undefined) return [];
      return [
        {
          address: addressOf('Api', api.name),
          reason: `client scope ${name} exists already, for the protocol ${protocol}: that is no scope of OAuth 2.0, and is not adopted`,
          hint: 'Give the scope another name. If nobody uses that client scope any more, delete it first.',
        },
      ];
    }),
  );
}
