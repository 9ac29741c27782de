import { z } from 'zod';
import { ANY } from '../../model/auth-method.ts';
import { nameOf } from '../../model/address.ts';
import type { AuthMethod } from '../../model/desired.ts';
import type {
  Estate,
  EstateAccess,
  EstateApi,
  EstateClient,
  EstateMark,
  EstateSelection,
  LeftOut,
} from '../../model/estate.ts';
import { KEY_ALGS } from '../../model/secrets/key-alg.ts';
import { formatDuration } from '../../model/text/duration.ts';
import type { Json, JsonObject } from '../../model/values/json.ts';
import { OWN_ACCOUNT_HINT } from '../../model/state.ts';
import type { Fields } from '../../model/state.ts';
import type { Capabilities } from '../provider.ts';
import { addressOfObject, clientIdOf, grantedIn, recordIn, stackOf, textIn, workloadOf } from './fields.ts';
import type { MemoryObject, Noted } from './objects.ts';

/** What a server is, beside what it holds. */
export interface EstateContext {
  readonly capabilities: Capabilities;
  /** The client_id that grantry itself logs in with. */
  readonly ownClientId: string | undefined;
}

/** Everything that there is, in the words of manifests. */
export function estateOf(
  all: readonly MemoryObject[],
  { isSelected }: EstateSelection,
  context: EstateContext,
): Estate {
  const apis = all.filter(({ kind }) => kind === 'Api');
  const clients = all.filter(
    (object) => object.kind === 'Client' && isSelected(clientIdOf(object, context.capabilities)),
  );
  return {
    apis: apis.map(apiOf),
    clients: clients.flatMap((object) =>
      whyUnsaid(object, context) === undefined ? [clientOf(object, apis, context.capabilities)] : [],
    ),
    leftOut: clients.flatMap((object) => leftOutOf(object, context)),
  };
}

function leftOutOf(object: MemoryObject, context: EstateContext): LeftOut[] {
  const why = whyUnsaid(object, context);
  if (why === undefined) return [];
  const id = clientIdOf(object, context.capabilities);
  return [{ kind: 'Client', id, displayName: object.name || id, facts: object.noted?.facts ?? {}, ...why }];
}

function whyUnsaid(object: MemoryObject, { capabilities, ownClientId }: EstateContext): Noted['unsaid'] {
  if (ownClientId === undefined || clientIdOf(object, capabilities) !== ownClientId) return object.noted?.unsaid;
  return { reason: 'own-account', why: 'It is the client that grantry itself logs in with.', todo: OWN_ACCOUNT_HINT };
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
    delivered: object.delivered,
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
