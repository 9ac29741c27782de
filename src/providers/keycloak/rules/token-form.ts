import type { ProviderView } from '../../../manifest/backends.ts';
import type { InTarget } from '../../../manifest/resolve/target-view.ts';
import { placeOf, problemInView } from '../../../manifest/rules/rule.ts';
import type { ApiSpec } from '../../../manifest/schema/api.ts';
import { clientSettingsOf } from '../../../manifest/schema/client.ts';
import type { ApiManifest, ClientManifest, Problem } from '../../../manifest/types.ts';
import { isObject, valueAt } from '../../../manifest/values.ts';
import { TOKEN_ATTRIBUTE } from '../convert/token-attributes.ts';

const RULE = 'tokens-disagree';

/** What an Api says of tokens that Keycloak has per client. */
interface Aspect {
  readonly key: string;
  /** Undefined: it says nothing, and takes what the others want. */
  readonly of: (spec: ApiSpec) => string | undefined;
  readonly attribute: string;
  /** The attribute that says the same. */
  readonly asAttribute: (value: string) => string;
}

const ASPECTS: readonly Aspect[] = [
  {
    key: 'token.alg',
    of: ({ token }) => token?.alg,
    attribute: TOKEN_ATTRIBUTE.alg,
    asAttribute: (alg) => alg,
  },
  {
    key: 'token.type',
    of: ({ token }) => token?.type,
    attribute: TOKEN_ATTRIBUTE.rfc9068,
    asAttribute: (type) => String(type === 'at+jwt'),
  },
  {
    key: 'senderConstrained',
    of: ({ senderConstrained }) => senderConstrained,
    attribute: TOKEN_ATTRIBUTE.bound,
    asAttribute: () => 'true',
  },
];

/** One Api that a client can call. */
interface Callable {
  readonly api: InTarget<ApiManifest>;
  readonly spec: ApiSpec;
  /** Of its entry in `access`. */
  readonly index: number;
}

/** One token is for all Apis of a client: those that say something of its form must say the same. */
export function* checkTokenForm(view: ProviderView): Iterable<Problem> {
  if (view.target === undefined) return;
  const speaking = new Map(view.apis.filter(speaksOfTokens).map((api) => [api.manifest.name, api]));
  if (speaking.size === 0) return;
  for (const client of view.clients) {
    const callable = (client.spec?.access ?? []).flatMap(({ api: name }, index): Callable[] => {
      const api = speaking.get(name);
      return api?.spec === undefined ? [] : [{ api, spec: api.spec, index }];
    });
    if (callable.length === 0) continue;
    for (const aspect of ASPECTS) {
      yield* checkAspect(view, client, callable, aspect);
      yield* checkAttribute(view, client, callable, aspect);
    }
    yield* checkClaims(view, client, callable);
  }
}

function speaksOfTokens({ spec }: InTarget<ApiManifest>): boolean {
  if (spec === undefined) return false;
  return ASPECTS.some(({ of }) => of(spec) !== undefined) || Object.keys(spec.claims).length > 0;
}

function* checkAspect(
  view: ProviderView,
  client: InTarget<ClientManifest>,
  callable: readonly Callable[],
  { key, of }: Aspect,
): Iterable<Problem> {
  const [first, ...others] = callable.filter(({ spec }) => of(spec) !== undefined);
  const other = others.find(({ spec }) => first !== undefined && of(spec) !== of(first.spec));
  if (first === undefined || other === undefined) return;
  const said = [first, other].map(({ api, spec }) => `${of(spec)} for ${nameOf(api)}`).join(' and ');
  const message =
    `Client "${client.manifest.name}" can call two Apis that do not agree: ${key} is ${said}. ` +
    'Keycloak has that per client: let them agree, or part this Client in two';
  yield problemInView(view, client, { rule: RULE, message, path: ['access', other.index, 'api'] });
}

function* checkAttribute(
  view: ProviderView,
  client: InTarget<ClientManifest>,
  callable: readonly Callable[],
  { key, of, attribute, asAttribute }: Aspect,
): Iterable<Problem> {
  const attributes = valueAt(clientSettingsOf(client.spec, 'keycloak'), ['attributes']);
  if (!isObject(attributes) || !Object.hasOwn(attributes, attribute)) return;
  const other = callable.find(({ spec }) => {
    const wanted = of(spec);
    return wanted !== undefined && asAttribute(wanted) !== attributes[attribute];
  });
  if (other === undefined) return;
  const message = `the attribute "${attribute}" says otherwise than ${key} of ${nameOf(other.api)}, which Client "${client.manifest.name}" can call: take it out`;
  const path = ['keycloak', 'attributes', attribute];
  yield problemInView(view, client, { rule: RULE, message, path });
}

function* checkClaims(
  view: ProviderView,
  client: InTarget<ClientManifest>,
  callable: readonly Callable[],
): Iterable<Problem> {
  const first = new Map<string, Callable>();
  for (const one of callable) {
    for (const [claim, value] of Object.entries(one.spec.claims)) {
      const other = first.get(claim) ?? one;
      first.set(claim, other);
      if (other.spec.claims[claim] === value) continue;
      const message =
        `Client "${client.manifest.name}" can call two Apis that do not agree: the claim "${claim}" has one value for ${nameOf(other.api)} ` +
        `and another for ${nameOf(one.api)}. A token is for both: give one of them another name, or part this Client in two`;
      yield problemInView(view, client, { rule: RULE, message, path: ['access', one.index, 'api'] });
    }
  }
}

/** `Api "stock" (manifests/stock.yaml:3)` */
function nameOf({ manifest }: InTarget<ApiManifest>): string {
  return `Api "${manifest.name}" (${placeOf(manifest)})`;
}
