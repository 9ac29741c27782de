import type { AuthMethod, DesiredApi, DesiredClient, DesiredState, ServiceAccountRoles } from '../model/desired.ts';

/** What tokens of one client must show: exactly what the manifests grant. */
export interface Expectation {
  /** metadata.name. */
  readonly client: string;
  readonly path: string;
  readonly auth: AuthMethod;
  /** Scopes in every token, sorted. */
  readonly scopes: readonly string[];
  /** Scopes only in tokens that ask for them, sorted. */
  readonly onRequest: readonly string[];
  /** The `aud` values that each scope brings. */
  readonly audienceOf: Readonly<Record<string, readonly string[]>>;
  /** Further `aud` values of every token: Keycloak adds the clients whose roles the token carries. */
  readonly roleAudiences: readonly string[];
  /** Seconds; undefined: whatever the provider's default is. */
  readonly lifetime: number | undefined;
  readonly roles: ServiceAccountRoles;
  /** A scope of an Api of this target that the client was not granted; undefined where there is none. */
  readonly refused: string | undefined;
  /** Clients with which an Api introspects this client's tokens. */
  readonly introspectors: readonly Introspector[];
}

export interface Introspector {
  readonly api: string;
  readonly client: string;
  readonly path: string;
  readonly auth: AuthMethod;
}

/** The expectations of these clients, or of all. */
export function expectationsOf(desired: DesiredState, names?: ReadonlySet<string>): Expectation[] {
  const apis = new Map(desired.apis.map((api) => [api.name, api]));
  const clients = new Map(desired.clients.map((client) => [client.name, client]));
  return desired.clients
    .filter((client) => names === undefined || names.has(client.name))
    .map((client) => expectationOf(client, desired, apis, clients));
}

function expectationOf(
  client: DesiredClient,
  desired: DesiredState,
  apis: ReadonlyMap<string, DesiredApi>,
  clients: ReadonlyMap<string, DesiredClient>,
): Expectation {
  const granted = client.access.map((access) => ({ ...access, of: apis.get(access.api) }));
  const lifetimes = granted.flatMap(({ of }) => of?.tokenLifetime ?? []);
  const all = new Set(granted.flatMap(({ scopes, onRequest }) => [...scopes, ...onRequest]));
  return {
    client: client.name,
    path: client.secret.path,
    auth: client.auth,
    scopes: granted.flatMap(({ scopes }) => scopes).toSorted(),
    onRequest: granted.flatMap(({ onRequest }) => onRequest).toSorted(),
    audienceOf: Object.fromEntries(
      granted.flatMap(({ of, scopes, onRequest }) =>
        of === undefined ? [] : [...scopes, ...onRequest].map((scope) => [scope, audiencesOf(of, clients)]),
      ),
    ),
    roleAudiences: Object.entries(client.keycloak.serviceAccountRoles.clients).flatMap(([id, names]) =>
      names.length === 0 ? [] : [id],
    ),
    lifetime: lifetimes.length === 0 ? undefined : Math.min(...lifetimes),
    roles: client.keycloak.serviceAccountRoles,
    refused: ungranted(desired.apis, client, all),
    introspectors: granted.flatMap(({ api, of }) => {
      const by = of?.introspectedBy === undefined ? undefined : clients.get(of.introspectedBy);
      return by === undefined ? [] : [{ api, client: by.name, path: by.secret.path, auth: by.auth }];
    }),
  };
}

/** Best a scope of an Api that the client may not call at all. */
function ungranted(
  apis: readonly DesiredApi[],
  client: DesiredClient,
  granted: ReadonlySet<string>,
): string | undefined {
  const callable = new Set(client.access.map(({ api }) => api));
  const others = apis.filter(({ name }) => !callable.has(name));
  return [...others, ...apis].flatMap(({ scopes }) => scopes).find(({ name }) => !granted.has(name))?.name;
}

/** Keycloak asks that the introspecting client be in the audience of the token. */
function audiencesOf(api: DesiredApi, clients: ReadonlyMap<string, DesiredClient>): string[] {
  const introspector = api.introspectedBy === undefined ? undefined : clients.get(api.introspectedBy);
  return introspector === undefined ? [api.audience] : [api.audience, introspector.clientId];
}
