import type { DesiredApi, DesiredClient, ServiceAccountRoles } from '../../model/desired.ts';
import type { GrantFacts, OtherGrants, TokenForm, TokenLimit } from '../../providers/provider.ts';
import type { TokenRequest } from './token-client.ts';

/** One token and everything that it says. */
export interface ExpectedToken extends TokenRequest, Partial<Pick<TokenForm, 'alg' | 'type'>> {
  /** Its name in reports: `a token`, `a token for stock:write`. */
  readonly which: string;
  /** What is shown by getting it. */
  readonly claim: string;
  /** Sorted. */
  readonly scopes: readonly string[];
  /** Sorted. */
  readonly audiences: readonly string[];
  /** Those of them that are client_ids: some servers leave a client out that is disabled. */
  readonly clients?: readonly string[];
  /** client_ids that are declared as disabled: whether a server leaves them, and their roles, out of tokens is its own matter. */
  readonly mayLack?: readonly string[];
  /** Seconds; undefined: whatever the provider's default is. */
  readonly lifetime: number | undefined;
  /** What ends every token of this server, where it is known. */
  readonly longest?: TokenLimit | undefined;
  /** What was declared, and all that it holds. */
  readonly roles: ServiceAccountRoles;
  /** Constants. */
  readonly claims?: DesiredApi['claims'];
  /** Why more roles and audiences than these may have been granted too; undefined: they are all. */
  readonly unsure?: string | undefined;
  /** The same of scopes. */
  readonly unsureScopes?: string | undefined;
}

export type Granted = DesiredClient['access'][number] & { readonly of: DesiredApi };

/** The form of tokens for these Apis. */
export type FormOf = (apis: readonly DesiredApi[]) => TokenForm;

/** What one client was granted, and what is known about it. */
export interface Grants {
  readonly granted: readonly Granted[];
  readonly clients: ReadonlyMap<string, DesiredClient>;
  readonly facts: GrantFacts;
  readonly form: TokenForm;
  /** Roles. */
  readonly declared: ServiceAccountRoles;
  readonly others: OtherGrants;
}

export const NO_OTHERS: OtherGrants = { scopes: [] };

const WORKS = 'the credential in the store works';

/** One token for everything that is always granted, and one that asks for the rest. */
export function tokensOfAll(client: DesiredClient, grants: Grants): ExpectedToken[] {
  const { granted, clients, facts, form, declared, others } = grants;
  const roles = withParts(declared, facts.roleParts.get(client.name));
  const lifetimes = [
    ...granted.flatMap(({ of }) => of.tokenLifetime ?? []),
    ...(form.lifetime === undefined ? [] : [form.lifetime]),
  ];
  // The server adds the clients whose roles the token carries, but for the client itself.
  const ofRoles = Object.entries(roles.clients).flatMap(([id, names]) =>
    names.length === 0 || id === client.clientId ? [] : [id],
  );
  const unsure = unsureOf(client.name, grants);
  const mayLack = [...clients.values()].flatMap(({ clientId, state }) => (state === 'disabled' ? [clientId] : []));
  const token = (kinds: readonly ('scopes' | 'onRequest')[]): Omit<ExpectedToken, 'which' | 'claim' | 'parameters'> => {
    const carried = granted.filter((access) => kinds.some((kind) => access[kind].length > 0));
    return {
      ...form,
      scopes: [
        ...granted.flatMap((access) => kinds.flatMap((kind) => access[kind])),
        ...others.scopes.filter((scope) => facts.namedScopes.get(scope) === true),
      ].toSorted(),
      audiences: unique([
        ...carried.flatMap(({ of }) => audiencesOf(of, clients)),
        ...carried.flatMap((access) => kinds.flatMap((kind) => audiencesAtServer(access, kind, facts))),
        ...others.scopes.flatMap((scope) => facts.audiences.get(scope) ?? []),
        ...ofRoles,
      ]),
      clients: [...carried.flatMap(({ of }) => introspectorOf(of, clients) ?? []), ...ofRoles],
      mayLack,
      lifetime: lifetimes.length === 0 ? undefined : Math.min(...lifetimes),
      longest: facts.longest,
      roles,
      unsure,
      unsureScopes: hasUnseenScopes(grants) ? UNSEEN_SCOPES : undefined,
      claims: Object.assign({}, ...carried.map(({ of }) => of.claims)),
    };
  };
  const always = { which: 'a token', claim: WORKS, parameters: {}, ...token(['scopes']) };
  const asked = granted.flatMap(({ onRequest }) => onRequest).toSorted();
  if (asked.length === 0) return [always];
  const scope = asked.join(' ');
  const more = token(['scopes', 'onRequest']);
  return [
    always,
    { which: `a token for ${scope}`, claim: `${scope} can be asked for`, parameters: { scope }, ...more },
  ];
}

function withParts(declared: ServiceAccountRoles, parts: ServiceAccountRoles | undefined): ServiceAccountRoles {
  if (parts === undefined) return declared;
  const owners = unique([...Object.keys(declared.clients), ...Object.keys(parts.clients)]);
  return {
    realm: unique([...declared.realm, ...parts.realm]),
    clients: Object.fromEntries(
      owners.map((id) => [id, unique([...(declared.clients[id] ?? []), ...(parts.clients[id] ?? [])])]),
    ),
  };
}

/** An Api that another stack manages has the audiences that its scopes have at the server. */
function audiencesAtServer(
  { of, ...access }: Granted,
  kind: 'scopes' | 'onRequest',
  { audiences }: GrantFacts,
): readonly string[] {
  return of.managed ? [] : access[kind].flatMap((scope) => audiences.get(scope) ?? []);
}

const UNSEEN_SCOPES = 'what its other client scopes put into tokens was not looked at';

function hasUnseenScopes({ others, facts }: Grants): boolean {
  return others.scopes.some((scope) => !facts.namedScopes.has(scope));
}

function unsureOf(name: string, grants: Grants): string | undefined {
  if (hasUnseenScopes(grants)) return UNSEEN_SCOPES;
  const {
    granted,
    facts,
    others,
    declared: { realm, clients },
  } = grants;
  if (others.unsureRoles !== undefined) return others.unsureRoles;
  const hasRoles = realm.length + Object.values(clients).flat().length > 0;
  if (hasRoles && !facts.roleParts.has(name)) return 'what its declared roles hold was not looked at';
  const unseen = granted.some(
    ({ of, scopes, onRequest }) =>
      !of.managed && [...scopes, ...onRequest].some((scope) => !facts.audiences.has(scope)),
  );
  return unseen ? 'what the Apis of other stacks put into tokens was not looked at' : undefined;
}

/** A token for each Api, with everything that was granted there. */
export function tokensPerApi(granted: readonly Granted[], formOf: FormOf): ExpectedToken[] {
  return granted.map(({ api, scopes, onRequest, of }, index) => ({
    ...formOf([of]),
    which: `a token for ${api}`,
    claim: index === 0 ? WORKS : `${api} can be called`,
    parameters: { audience: of.audience },
    scopes: unique([...scopes, ...onRequest]),
    audiences: [of.audience],
    lifetime: of.tokenLifetime,
    roles: { realm: [], clients: {} },
    claims: of.claims,
  }));
}

/** A server may ask that the introspecting client be in the audience of the token. */
function audiencesOf(api: DesiredApi, clients: ReadonlyMap<string, DesiredClient>): string[] {
  return [api.audience, ...(introspectorOf(api, clients) ?? [])];
}

function introspectorOf(api: DesiredApi, clients: ReadonlyMap<string, DesiredClient>): string[] | undefined {
  const introspector = api.introspectedBy === undefined ? undefined : clients.get(api.introspectedBy);
  return introspector === undefined ? undefined : [introspector.clientId];
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}
