import type { AuthMethod } from '../../model/desired.ts';
import type { EstateApi, EstateClient } from '../../model/estate.ts';
import type { Json, JsonObject } from '../../model/values/json.ts';
import { compareText } from '../../manifest/values.ts';

/** What all documents of one import have in common. */
export interface DocumentContext {
  /** The kind of the provider: the key of its own settings in a Client. */
  readonly provider: string;
  /** The only Target that they are for; undefined: there is no other. */
  readonly onlyTarget: string | undefined;
  /** The present credentials are delivered, not left to their owners. */
  readonly deliver: boolean;
}

/** What is said of one object beside what is there. */
export interface Identity {
  readonly name: string;
  readonly owner: string;
}

/** Of a credential that stays where its owner keeps it. */
/** One that the stack delivered stays where it is; another one stays with its owner, or is delivered to the place by default. */
function credentialOf(
  { auth, delivered }: EstateClient,
  { name, deliver }: Pick<DocumentContext, 'deliver'> & Pick<Identity, 'name'>,
): JsonObject | undefined {
  if (delivered !== undefined) return delivered.path === name ? undefined : { path: delivered.path };
  return !deliver && hasCredential(auth) ? KEPT_BY_ITS_OWNER : undefined;
}

const KEPT_BY_ITS_OWNER: JsonObject = { deliver: false };

/** An Api as a manifest, its keys in the order of the documentation. */
export function apiManifest(
  api: EstateApi,
  {
    name,
    owner,
    introspectedBy,
    managed,
  }: Identity & { readonly introspectedBy: string | undefined; readonly managed: boolean },
  { onlyTarget }: DocumentContext,
): JsonObject {
  return {
    ...head('Api', { name, owner, description: api.description }),
    spec: present({
      audience: api.audience,
      ...api.spec,
      introspectedBy,
      managed: managed ? undefined : false,
      scopes: Object.fromEntries(Object.entries(api.scopes).toSorted(([one], [other]) => compareText(one, other))),
      targets: onlyTarget === undefined ? undefined : [onlyTarget],
    }),
  };
}

/** A Client as a manifest. `apis`: the names of Apis by their audiences. */
export function clientManifest(
  client: EstateClient,
  { name, owner }: Identity,
  apis: ReadonlyMap<string, string>,
  { provider, onlyTarget, deliver }: DocumentContext,
): JsonObject {
  const { clientId, description, auth, isEnabled } = client;
  const access = accessOf(client, apis);
  return {
    ...head('Client', { name, owner, description }),
    spec: present({
      clientId: clientId === name ? undefined : clientId,
      access: access.length === 0 ? undefined : access,
      auth: authOf(auth),
      state: isEnabled ? undefined : 'disabled',
      credential: credentialOf(client, { name, deliver }),
      targets: onlyTarget === undefined ? undefined : [onlyTarget],
      [provider]: settingsOf(client, name),
    }),
  };
}

/** With the name that people know it by, where the provider has one beside the client_id. */
function settingsOf(
  { settings, displayName, displayNameKey: key }: EstateClient,
  name: string,
): JsonObject | undefined {
  return key === undefined || displayName === name ? settings : { [key]: displayName, ...settings };
}

function head(kind: string, { description, ...rest }: Identity & { readonly description: string }): JsonObject {
  const metadata = present({ ...rest, description: description === '' ? undefined : description });
  return { apiVersion: 'grantry/v1', kind, metadata };
}

function accessOf({ access }: EstateClient, apis: ReadonlyMap<string, string>): Json[] {
  const named = access.map(({ audience, scopes, onRequest }) => ({
    api: apis.get(audience) ?? audience,
    scopes,
    onRequest,
  }));
  return named
    .toSorted((one, other) => compareText(one.api, other.api))
    .map(({ api, scopes, onRequest }) => present({ api, scopes: listOf(scopes), onRequest: listOf(onRequest) }));
}

function listOf(scopes: readonly string[]): readonly string[] | undefined {
  return scopes.length === 0 ? undefined : scopes.toSorted(compareText);
}

/** What goes without saying is not said. */
function authOf(auth: AuthMethod): Json | undefined {
  if (auth === 'client_secret_basic') return undefined;
  if (typeof auth === 'string') return auth;
  if ('federated' in auth) {
    const { issuer, subject } = auth.federated;
    return { federated: { issuer, subject } };
  }
  const { alg } = auth.private_key_jwt;
  return alg === 'RS256' ? 'private_key_jwt' : { private_key_jwt: { alg } };
}

/** A workload has none that could be delivered. */
function hasCredential(auth: AuthMethod): boolean {
  return typeof auth === 'string' || !('federated' in auth);
}

function present(values: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]): [string, Json][] => (value === undefined ? [] : [[key, value]])),
  );
}
