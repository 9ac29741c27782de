import { addressOf } from '../../model/address.ts';
import type { DesiredApi, DesiredClient, DesiredState } from '../../model/desired.ts';
import type { JsonObject } from '../../model/json.ts';
import type { DesiredObject } from '../../model/state.ts';

/** The desired objects in the fields of the provider in memory: what the manifests say, and nothing more. */
export function projectDesired({ target, apis, clients }: DesiredState): DesiredObject[] {
  return [
    ...apis.filter((api) => api.managed).map((api) => projectApi(api, target.stack)),
    ...clients.map((client) => projectClient(client, target.stack)),
  ];
}

function projectApi({ name, owner, audience, tokenLifetime, scopes }: DesiredApi, stack: string): DesiredObject {
  const fields: JsonObject = {
    stack,
    name,
    owner,
    audience,
    tokenLifetime: tokenLifetime ?? null,
    scopes: Object.fromEntries(scopes.map((scope) => [scope.name, { description: scope.description }])),
  };
  return { address: addressOf('Api', name), owner, fields, notes: {} };
}

function projectClient(client: DesiredClient, stack: string): DesiredObject {
  const { name, clientId, owner, description, labels, access, auth } = client;
  const fields: JsonObject = {
    stack,
    name,
    clientId,
    owner,
    description,
    labels: { ...labels },
    auth,
    access: Object.fromEntries(
      access.map(({ api, scopes, onRequest }) => [api, { scopes: [...scopes], onRequest: [...onRequest] }]),
    ),
  };
  return { address: addressOf('Client', name), owner, fields, notes: {} };
}
