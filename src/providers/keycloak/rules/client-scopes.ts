import type { ProviderView } from '../../../manifest/backends.ts';
import type { InTarget } from '../../../manifest/resolve/target-view.ts';
import { placeOf, problemInView } from '../../../manifest/rules/rule.ts';
import { clientSettingsOf } from '../../../manifest/schema/client.ts';
import type { ApiManifest, ClientManifest, Problem } from '../../../manifest/types.ts';
import { valueAt } from '../../../manifest/values.ts';
import { SERVICE_ACCOUNT_SCOPE } from '../convert/convert-client.ts';

const RULE = 'client-scopes';
const KINDS = ['default', 'optional'] as const;

/** What `keycloak.clientScopes` cannot name: the scopes of Apis, which `access` grants, and what would never be as declared. */
export function* checkClientScopes(view: ProviderView): Iterable<Problem> {
  const apiOf = new Map(view.apis.flatMap((api) => Object.keys(api.spec?.scopes ?? {}).map((scope) => [scope, api])));
  for (const client of view.clients) yield* checkClient(view, client, apiOf);
}

function* checkClient(
  view: ProviderView,
  client: InTarget<ClientManifest>,
  apiOf: ReadonlyMap<string, InTarget<ApiManifest>>,
): Iterable<Problem> {
  const seen = new Set<string>();
  for (const kind of KINDS) {
    const names = valueAt(clientSettingsOf(client.spec, 'keycloak'), ['clientScopes', kind]);
    for (const [index, name] of (Array.isArray(names) ? names : []).entries()) {
      if (typeof name !== 'string') continue;
      const wrong = whyNot(name, { seen, api: apiOf.get(name) });
      seen.add(name);
      if (wrong === undefined) continue;
      const path = ['keycloak', 'clientScopes', kind, index];
      yield problemInView(view, client, { rule: RULE, message: `the client scope "${name}" ${wrong}`, path });
    }
  }
}

function whyNot(
  name: string,
  { seen, api }: { readonly seen: ReadonlySet<string>; readonly api: InTarget<ApiManifest> | undefined },
): string | undefined {
  if (api !== undefined) {
    const { manifest } = api;
    return `is one of Api "${manifest.name}" (${placeOf(manifest)}): grant it in spec.access`;
  }
  if (name === SERVICE_ACCOUNT_SCOPE)
    return 'is what Keycloak gives every client with a service account by itself: take it out';
  return seen.has(name) ? 'stands here twice: a client has it in every token, or on request' : undefined;
}
