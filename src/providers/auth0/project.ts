import { authName, signingAlgOf } from '../../model/auth-method.ts';
import { addressOf } from '../../model/address.ts';
import type { DesiredApi, DesiredClient, DesiredState } from '../../model/desired.ts';
import type { DesiredObject } from '../../model/state.ts';
import { displayNameOf, settingsOf } from './client-settings.ts';
import { ownerOrNull } from './convert/convert.ts';
import { MACHINE_GRANTS, MACHINE_TYPE } from './convert/equal-in-effect.ts';
import { PRIVATE_KEY_JWT } from './convert/keys.ts';
import type { ApiFields, ClientFields } from './fields.ts';

/** The desired objects in Auth0's fields. Apis that another stack manages are not among them. */
export function projectDesired(desired: DesiredState): DesiredObject[] {
  return [
    ...desired.apis.filter((api) => api.managed).map(projectApi),
    ...desired.clients.map((client) => projectClient(client, desired.target.stack)),
  ];
}

function projectApi(api: DesiredApi): DesiredObject {
  const fields: ApiFields = {
    audience: api.audience,
    displayName: api.name,
    tokenLifetime: api.tokenLifetime ?? null,
    signingAlgorithm: api.tokenAlg ?? 'RS256',
    tokenType: api.tokenType === 'at+jwt' ? 'at+jwt' : null,
    senderConstrained: api.senderConstrained ?? null,
    scopes: Object.fromEntries(api.scopes.map(({ name, description }) => [name, { description }])),
  };
  return { address: addressOf('Api', api.name), owner: api.owner, fields, notes: {} };
}

function projectClient(client: DesiredClient, stack: string): DesiredObject {
  const fields: ClientFields = {
    stack,
    name: client.name,
    owner: ownerOrNull(client.owner),
    rotateEvery: client.credential.rotate.every,
    displayName: displayNameOf(client),
    description: client.description,
    labels: { ...client.labels },
    ...HARDENED,
    enabled: client.state === 'enabled',
    // Without a client grant Auth0 issues no token: there is no other way to disable an application.
    access: client.state === 'enabled' ? accessOf(client) : {},
    otherGrants: {},
    authenticationMethod: typeof client.auth === 'string' ? 'client_secret' : PRIVATE_KEY_JWT,
    auth: authName(client.auth),
    signingAlg: signingAlgOf(client.auth),
    strayKeys: [],
    endedKeys: [],
    metadata: metadataOf(client),
  };
  const notes = client.state === 'enabled' ? onRequestNotes(client) : { enabled: WITHOUT_GRANTS };
  return { address: addressOf('Client', client.name), owner: client.owner, fields, notes };
}

const WITHOUT_GRANTS = 'it has no client grants while it is disabled, and gets them back once it is enabled';

function accessOf(client: DesiredClient): ClientFields['access'] {
  return Object.fromEntries(
    client.access.map(({ api, scopes, onRequest }) => [
      api,
      { scopes: [...new Set([...scopes, ...onRequest])].toSorted() },
    ]),
  );
}

function onRequestNotes(client: DesiredClient): Record<string, string> {
  return Object.fromEntries(
    client.access.flatMap(({ api, onRequest }) =>
      onRequest.length === 0
        ? []
        : [[`access ${api} scopes`, `${onRequest.join(', ')}: in every token, though declared as onRequest`]],
    ),
  );
}

/** As it is sent: text only. */
export function metadataOf(client: DesiredClient): Record<string, string> {
  const { metadata } = settingsOf(client);
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

/** The shape of every M2M application: no user-facing flow. */
const HARDENED = {
  appType: MACHINE_TYPE,
  grantTypes: [...MACHINE_GRANTS],
  callbacks: [],
  webOrigins: [],
  allowedOrigins: [],
  logoutUrls: [],
  oidcConformant: true,
};
