import type { InTarget, TargetView } from '../resolve/target-view.ts';
import type { ApiManifest, ClientManifest, Problem } from '../types.ts';
import { createSuggest, problemInView } from './rule.ts';
import type { World } from './world.ts';

type Suggest = ReturnType<typeof createSuggest>;

/** A rule that knows all names: so a misspelt one differs from one that is not in this target. */
export function createReferenceRule({ apis, clients }: World): (view: TargetView) => Iterable<Problem> {
  const allApis = new Set(apis.map((api) => api.name));
  const allClients = new Set(clients.map((client) => client.name));
  const suggest = createSuggest();
  return function* checkReferences(view) {
    // Of several with one name, which is an error of its own, the first counts.
    const here = new Map(view.apis.toReversed().map((api) => [api.manifest.name, api]));
    const clientsHere = new Set(view.clients.map((client) => client.manifest.name));
    for (const client of view.clients) {
      if (!knowsAll(client, here)) yield* checkAccess(client, { view, here, all: allApis, suggest });
    }
    for (const api of view.apis) {
      const name = api.spec?.introspectedBy;
      if (name !== undefined && !clientsHere.has(name)) {
        const elsewhere = allClients.has(name);
        const message = elsewhere ? notHere('Client', name, view) : `there is no Client "${name}"`;
        const suggestion = elsewhere ? undefined : suggest(name, [...clientsHere]);
        yield problemInView(view, api, { rule: 'unknown-client', message, path: ['introspectedBy'], suggestion });
      }
    }
  };
}

interface Known {
  readonly view: TargetView;
  readonly here: ReadonlyMap<string, InTarget<ApiManifest>>;
  readonly all: ReadonlySet<string>;
  readonly suggest: Suggest;
}

/** A quick check that passes nearly all Clients: to find and report an unknown name takes far longer. */
function knowsAll({ spec }: InTarget<ClientManifest>, here: Known['here']): boolean {
  for (const { api, scopes, onRequest } of spec?.access ?? []) {
    const known = here.get(api)?.spec?.scopes;
    if (known === undefined) return false;
    for (const scope of [...scopes, ...onRequest]) if (!Object.hasOwn(known, scope)) return false;
  }
  return true;
}

function* checkAccess(client: InTarget<ClientManifest>, known: Known): Iterable<Problem> {
  const { view, here, all, suggest } = known;
  for (const [index, access] of (client.spec?.access ?? []).entries()) {
    const api = here.get(access.api);
    if (api === undefined) {
      const elsewhere = all.has(access.api);
      const message = elsewhere ? notHere('Api', access.api, view) : `there is no Api "${access.api}"`;
      const suggestion = elsewhere ? undefined : suggest(access.api, [...here.keys()]);
      yield problemInView(view, client, { rule: 'unknown-api', message, path: ['access', index, 'api'], suggestion });
    } else if (api.spec !== undefined) {
      yield* checkScopes(client, index, api, known);
    }
  }
}

function* checkScopes(client: InTarget<ClientManifest>, index: number, api: InTarget<ApiManifest>, known: Known) {
  const access = client.spec?.access[index];
  const scopes = api.spec?.scopes ?? {};
  for (const list of ['scopes', 'onRequest'] as const) {
    for (const [position, scope] of (access?.[list] ?? []).entries()) {
      if (!Object.hasOwn(scopes, scope)) {
        const names = Object.keys(scopes);
        const suggestion = known.suggest(scope, names);
        const all = suggestion === undefined && names.length <= 8 ? `; it has ${names.join(', ')}` : '';
        const message = `Api ${api.manifest.name} has no scope "${scope}"${all}`;
        const path = ['access', index, list, position];
        yield problemInView(known.view, client, { rule: 'unknown-scope', message, path, suggestion });
      }
    }
  }
}

function notHere(kind: string, name: string, { target }: TargetView): string {
  return `${kind} "${name}" is not in Target ${target?.name ?? ''}: its spec.targets leaves that out`;
}
