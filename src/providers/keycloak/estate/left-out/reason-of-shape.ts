import { ATTRIBUTE } from '../../convert/marks.ts';
import type { ClientRepresentation } from '../../convert/representations.ts';
import { isServersOwnMapper } from '../../convert/server-mappers.ts';
import { OPENID_CONNECT } from '../../fields.ts';
import { kcadmUpdate } from './reasons.ts';
import type { ClientPlace, Reason } from './reasons.ts';

/** A shape that no M2M client of a manifest has: turning it into one would change what the client can do. */
interface Shape {
  readonly reason: string;
  readonly has: (client: ClientRepresentation) => boolean;
  readonly why: string;
  readonly todo: (client: ClientRepresentation, place: ClientPlace) => string;
}

const LEAVE = 'Leave it to whatever made it: it is no M2M client.';

const SPLIT =
  'Give the service account a client of its own, let the callers use that, and then turn the service account of this one off';

const SHAPES: readonly Shape[] = [
  {
    reason: 'saml',
    has: ({ protocol }) => protocol !== OPENID_CONNECT,
    why: 'It is a client of another protocol than OpenID Connect.',
    todo: () => LEAVE,
  },
  {
    reason: 'bearer-only',
    has: ({ bearerOnly }) => bearerOnly,
    why: 'It is bearer-only: the server issues it no tokens, though its service account is on.',
    todo: (_client, place) =>
      `Turn its service account off, or make it a caller: ${kcadmUpdate(place, '-s bearerOnly=false')}`,
  },
  {
    reason: 'public',
    has: ({ publicClient }) => publicClient,
    why: 'It is a public client, without a credential: a service account is of no use to it.',
    todo: (_client, place) => `Turn its service account off: ${kcadmUpdate(place, '-s serviceAccountsEnabled=false')}`,
  },
  {
    reason: 'mixed',
    has: ({ standardFlowEnabled, implicitFlowEnabled, directAccessGrantsEnabled, redirectUris, webOrigins }) =>
      standardFlowEnabled ||
      implicitFlowEnabled ||
      directAccessGrantsEnabled ||
      redirectUris.length + webOrigins.length > 0,
    why: 'It is for logins of people and has a service account too: to declare it would break those logins.',
    todo: (client, place) =>
      client.redirectUris.length === 0 || !client.standardFlowEnabled
        ? `If nobody logs in by it, turn the flows off: ${kcadmUpdate(place, NO_LOGINS)}. Else: ${SPLIT}.`
        : `${SPLIT}.`,
  },
  switchedOn('device-flow', ATTRIBUTE.device, 'the device authorization grant'),
  switchedOn('ciba', ATTRIBUTE.ciba, 'the CIBA grant'),
  switchedOn('token-exchange', ATTRIBUTE.tokenExchange, 'token exchange'),
  {
    reason: 'consent-required',
    has: ({ consentRequired }) => consentRequired,
    why: 'It asks people for consent, and so is for logins of people.',
    todo: (_client, place) => `If nobody logs in by it: ${kcadmUpdate(place, '-s consentRequired=false')}`,
  },
  {
    reason: 'authorization-services',
    has: ({ authorizationServicesEnabled }) => authorizationServicesEnabled,
    why: 'It has authorization services: resources, policies and permissions, for which manifests have no word.',
    todo: () => 'Leave it as it is, or give its callers clients of their own and keep this one for the policies.',
  },
  {
    reason: 'client-mappers',
    has: ({ protocolMappers }) => protocolMappers.some((mapper) => !isServersOwnMapper(mapper)),
    why: 'It has protocol mappers of its own, for which manifests have no word.',
    todo: ({ protocolMappers }) =>
      `Move what its tokens need of them (${namesOf(protocolMappers)}) into client scopes, and import again.`,
  },
];

const NO_LOGINS =
  '-s standardFlowEnabled=false -s implicitFlowEnabled=false -s directAccessGrantsEnabled=false -s redirectUris=[] -s webOrigins=[]';

function switchedOn(reason: string, attribute: string, what: string): Shape {
  return {
    reason,
    has: ({ attributes }) => attributes[attribute] === 'true',
    why: `It may use ${what}, which is always off for a client of a manifest.`,
    todo: (_client, place) => `If nothing uses that: ${kcadmUpdate(place, `-s 'attributes."${attribute}"=false'`)}`,
  };
}

const MOST_NAMED = 5;

function namesOf(mappers: ClientRepresentation['protocolMappers']): string {
  const names = mappers.filter((mapper) => !isServersOwnMapper(mapper)).map(({ name }) => JSON.stringify(name));
  const more = names.length - MOST_NAMED;
  return [...names.slice(0, MOST_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

/** Why the shape of a client cannot be said; the first that holds, as the rest is of no interest before that is settled. */
export function reasonOfShape(client: ClientRepresentation, realm: string): Reason | undefined {
  const shape = SHAPES.find(({ has }) => has(client));
  if (shape === undefined) return undefined;
  return { reason: shape.reason, why: shape.why, todo: shape.todo(client, { id: client.id, realm }) };
}
