import { z } from 'zod';
import { ANY } from '../../model/auth-method.ts';
import { nameOf } from '../../model/address.ts';
import type { AuthMethod } from '../../model/desired.ts';
import type { Estate, EstateAccess, EstateApi, EstateClient, EstateMark, EstateSelection } from '../../model/estate.ts';
import { KEY_ALGS } from '../../model/secrets/key-alg.ts';
import { formatDuration } from '../../model/text/duration.ts';
import { groupBy } from '../../model/values/groups.ts';
import type { Json, JsonObject } from '../../model/values/json.ts';
import type { Fields } from '../../model/state.ts';
import type { Capabilities } from '../provider.ts';
import { addressOfObject, clientIdOf, grantedIn, recordIn, stackOf, textIn, workloadOf } from './fields.ts';
import type { MemoryObject } from './objects.ts';

/** Everything that there is, in the words of manifests. */
export function estateOf(
  all: readonly MemoryObject[],
  { isSelected }: EstateSelection,
  capabilities: Capabilities,
): Estate {
  const apis = all.filter(({ kind }) => kind === 'Api');
  const clients = all.filter((object) => object.kind === 'Client' && isSelected(clientIdOf(object, capabilities)));
  const { said = [], unsaid = [] } = Object.fromEntries(
    groupBy(clients, ({ noted }) => (noted?.unsaid === undefined ? 'said' : 'unsaid')),
  );
  return {
    apis: apis.map(apiOf),
    clients: said.map((object) => clientOf(object, apis, capabilities)),
    leftOut: unsaid.flatMap(({ noted, ...object }) => {
      const id = clientIdOf(object, capabilities);
      const facts = noted?.facts ?? {};
      return noted?.unsaid === undefined
        ? []
        : [
            {
              kind: 'Client' as const,
              id,
              displayName: textIn(object.fields, 'name') || object.name || id,
              facts,
              ...noted.unsaid,
            },
          ];
    }),
  };
}

function apiOf(object: MemoryObject): EstateApi {
  const { name, fields } = object;
  const scopes = Object.entries(recordIn(fields, 'scopes')).map(([scope, about]): [string, string] => [
    scope,
    descriptionIn(about),
  ]);
  return {
    ...commonOf(object),
    audience: textIn(fields, 'audience'),
    displayName: name || textIn(fields, 'audience'),
    scopes: Object.fromEntries(scopes),
    spec: specOf(fields),
    introspectedBy: undefined,
  };
}

const described = z.object({ description: z.string() });

function descriptionIn(about: Json): string {
  return described.safeParse(about).data?.description ?? '';
}

function specOf(fields: Fields): JsonObject {
  const { tokenLifetime: seconds, senderConstrained, tokenAlg: alg, tokenType: type } = fields;
  const claims = recordIn(fields, 'claims');
  const token = given({ alg, type });
  return given({
    tokenLifetime: typeof seconds === 'number' ? formatDuration(seconds) : undefined,
    token: Object.keys(token).length === 0 ? undefined : token,
    senderConstrained,
    claims: Object.keys(claims).length === 0 ? undefined : claims,
  });
}

function given(values: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]): [string, Json][] =>
      (value ?? null) === null ? [] : [[key, value ?? null]],
    ),
  );
}

function clientOf(object: MemoryObject, apis: readonly MemoryObject[], capabilities: Capabilities): EstateClient {
  const { id, name, fields, noted } = object;
  const clientId = clientIdOf(object, capabilities);
  return {
    ...commonOf(object),
    id,
    clientId,
    displayName: name || clientId,
    isEnabled: fields['enabled'] !== false,
    auth: authOf(object),
    access: accessOf(fields, apis),
    settings: undefined,
    lastUsed: noted?.lastUsed,
  };
}

function commonOf({ fields, noted }: MemoryObject): Pick<EstateApi, 'mark' | 'description' | 'facts' | 'notes'> {
  return {
    mark: markOf(fields),
    description: textIn(fields, 'description'),
    facts: noted?.facts ?? {},
    notes: noted?.notes ?? [],
  };
}

function markOf(fields: Fields): EstateMark | undefined {
  const stack = stackOf(fields);
  if (stack === undefined) return undefined;
  return { stack, name: textIn(fields, 'name') || undefined, owner: textIn(fields, 'owner') || undefined };
}

/** What an Api is called in a client: what it was called when it was made, or what manifests call it. */
function accessOf(fields: Fields, apis: readonly MemoryObject[]): EstateAccess[] {
  return Object.keys(recordIn(fields, 'access')).flatMap((called): EstateAccess[] => {
    const api =
      apis.find((each) => nameOf(addressOfObject(each)) === called) ?? apis.find(({ name }) => name === called);
    return api === undefined ? [] : [{ audience: textIn(api.fields, 'audience'), ...grantedIn(fields, called) }];
  });
}

const ALG = z.enum(KEY_ALGS);

function authOf(object: MemoryObject): AuthMethod {
  const { fields } = object;
  const workload = workloadOf(object);
  if (workload !== undefined) return { federated: { issuer: workload.alias, ...workload } };
  if (fields['auth'] === 'private_key_jwt') {
    return { private_key_jwt: { alg: ALG.safeParse(fields['signingAlg']).data ?? 'RS256' } };
  }
  if (fields['auth'] === ANY) return 'client_secret';
  return fields['auth'] === 'client_secret_post' ? 'client_secret_post' : 'client_secret_basic';
}
