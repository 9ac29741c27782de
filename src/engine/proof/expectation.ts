import type { AuthMethod, DesiredApi, DesiredClient, DesiredState } from '../../model/desired.ts';
import type { ProofCheck } from '../../model/report.ts';
import { NO_GRANT_FACTS } from '../../providers/provider.ts';
import type { Capabilities, Denial, GrantFacts, Provider, TokenForm } from '../../providers/provider.ts';
import { NO_OTHERS, tokensOfAll, tokensPerApi } from './expected-tokens.ts';
import type { ExpectedToken, FormOf, Granted } from './expected-tokens.ts';
import type { TokenRequest } from './token-client.ts';

/** What tokens of one client must show: exactly what the manifests grant. */
export interface Expectation {
  /** metadata.name. */
  readonly client: string;
  readonly path: string;
  /** Its owner may keep the credential, and the store has none. */
  readonly mayLackCredential?: true;
  readonly auth: AuthMethod;
  /** The tokens to ask for; none where a client that may call nothing gets none. */
  readonly tokens: readonly ExpectedToken[];
  /** What was found beside tokens. */
  readonly found: readonly ProofCheck[];
  /** What must be refused; undefined where nothing of this target was not granted. */
  readonly refusal: ExpectedRefusal | undefined;
  /** How this provider says that something was not granted. */
  readonly denial: Denial;
  /** How it refuses this client, which is disabled: the tokens are those that it would get were it enabled. Absent: it is enabled. */
  readonly disabled?: Denial;
  /** Clients with which an Api introspects this client's tokens. */
  readonly introspectors: readonly Introspector[];
}

/** A token request that goes beyond what was granted, and how the provider says so. */
interface ExpectedRefusal extends Denial, Beyond {}

/** What was not granted, and the request that asks for it. */
interface Beyond extends TokenRequest {
  /** The scope or audience that was not granted. */
  readonly what: string;
}

interface Introspector {
  readonly api: string;
  readonly client: string;
  readonly path: string;
  readonly auth: AuthMethod;
  /** It is disabled: nobody can introspect with it. */
  readonly isDisabled: boolean;
}

/** What of a provider decides how its tokens are asked for, and what they say. */
export interface TokenSource extends Pick<Provider, 'tokens'> {
  readonly capabilities: Pick<Capabilities, 'tokenPerApi' | 'introspection'>;
}

/** The expectations of these clients, or of all; `facts` is what the server says of their grants. */
export function expectationsOf(
  desired: DesiredState,
  { capabilities: { tokenPerApi, introspection }, tokens }: TokenSource,
  names?: ReadonlySet<string>,
  facts: GrantFacts = NO_GRANT_FACTS,
): Expectation[] {
  const apis = new Map(desired.apis.map((api) => [api.name, api]));
  const clients = new Map(desired.clients.map((client) => [client.name, client]));
  return desired.clients
    .filter((client) => names === undefined || names.has(client.name))
    .map((client) => {
      const granted = client.access.flatMap((access) => {
        const of = apis.get(access.api);
        return of === undefined ? [] : [{ ...access, of }];
      });
      const formOf = (of: readonly DesiredApi[]): TokenForm => tokens.formOf(client, of);
      const form = formOf(granted.map(({ of }) => of));
      const refusal = tokenPerApi
        ? refusedAudience(desired.apis, granted, formOf)
        : refusedScope(desired.apis, granted, form);
      return {
        client: client.name,
        path: client.credential.path,
        ...(client.credential.deliver === false ? { mayLackCredential: true as const } : {}),
        auth: client.auth,
        found: facts.checks.get(client.name) ?? [],
        tokens: tokenPerApi
          ? tokensPerApi(granted, formOf)
          : tokensOfAll(client, {
              granted,
              clients,
              facts,
              form,
              declared: tokens.declaredRoles(client),
              others: tokens.otherGrants?.(client) ?? NO_OTHERS,
            }),
        refusal: refusal && { ...refusal, ...tokens.denial },
        denial: tokens.denial,
        ...(client.state === 'disabled' ? { disabled: tokens.disabled } : {}),
        introspectors: introspection ? introspectorsOf(granted, clients) : [],
      };
    });
}

/** Best a scope of an Api that the client may not call at all. */
function refusedScope(
  apis: readonly DesiredApi[],
  granted: readonly Granted[],
  { isBound }: TokenForm,
): Beyond | undefined {
  const has = new Set(granted.flatMap(({ scopes, onRequest }) => [...scopes, ...onRequest]));
  const scope = [...notCallable(apis, granted), ...apis]
    .flatMap(({ scopes }) => scopes)
    .find(({ name }) => !has.has(name))?.name;
  if (scope === undefined) return undefined;
  return { what: scope, parameters: { scope }, isBound };
}

function refusedAudience(apis: readonly DesiredApi[], granted: readonly Granted[], formOf: FormOf): Beyond | undefined {
  const [other] = notCallable(apis, granted);
  if (other !== undefined) {
    const { audience } = other;
    return { what: audience, parameters: { audience }, isBound: formOf([other]).isBound };
  }
  for (const { of, scopes, onRequest } of granted) {
    const scope = of.scopes.find(({ name }) => !scopes.includes(name) && !onRequest.includes(name))?.name;
    if (scope === undefined) continue;
    return { what: scope, parameters: { audience: of.audience, scope }, isBound: formOf([of]).isBound };
  }
  return undefined;
}

function notCallable(apis: readonly DesiredApi[], granted: readonly Granted[]): DesiredApi[] {
  const callable = new Set(granted.map(({ api }) => api));
  return apis.filter(({ name }) => !callable.has(name));
}

function introspectorsOf(granted: readonly Granted[], clients: ReadonlyMap<string, DesiredClient>): Introspector[] {
  return granted.flatMap(({ api, of }) => {
    const by = of.introspectedBy === undefined ? undefined : clients.get(of.introspectedBy);
    if (by === undefined) return [];
    const isDisabled = by.state === 'disabled';
    return [{ api, client: by.name, path: by.credential.path, auth: by.auth, isDisabled }];
  });
}
