import type { TargetView } from '../resolve/target-view.ts';
import type { ClientManifest, Path, Problem } from '../types.ts';
import { isWhole, problemInView } from './rule.ts';

/** Each Api once per Client, and each of its scopes once. */
export function* checkAccess(view: TargetView): Iterable<Problem> {
  for (const client of view.clients) {
    const entries = client.spec?.access ?? [];
    if (isOrderly(entries)) continue;
    const apis = new Set<string>();
    for (const [index, access] of entries.entries()) {
      const at = (rule: string, message: string, ...path: Path): Problem =>
        problemInView(view, client, { rule, message, path: ['access', index, ...path] });
      if (apis.has(access.api)) {
        yield at('duplicate-access', `Api "${access.api}" is here already: put all its scopes into one entry`, 'api');
      }
      apis.add(access.api);
      const grantsNothing = access.scopes.length === 0 && access.onRequest.length === 0;
      if (grantsNothing && isWhole(client.manifest, ['spec', 'access', index])) {
        yield at('empty-access', 'this entry grants nothing: give it scopes or onRequest, or remove it');
      }
      const inEvery = new Set(access.scopes);
      for (const [position, scope] of access.onRequest.entries()) {
        if (inEvery.has(scope)) {
          const message = `scope "${scope}" is in scopes too: it is either in every token or only on request`;
          yield at('scope-twice', message, 'onRequest', position);
        }
      }
      for (const list of ['scopes', 'onRequest'] as const) {
        for (const position of repeats(access[list])) {
          yield at('scope-twice', `scope "${access[list][position] ?? ''}" is in this list already`, list, position);
        }
      }
    }
  }
}

type Access = NonNullable<ClientManifest['spec']>['access'][number];

/** What is more than this is not compared each with each. */
const FEW = 16;

/** A quick check that passes nearly all Clients; false where only the full check, which takes far longer, can decide. */
function isOrderly(entries: readonly Access[]): boolean {
  if (entries.length > FEW) return false;
  return entries.every(({ api, scopes, onRequest }, index) => {
    const count = scopes.length + onRequest.length;
    return (
      count > 0 &&
      count <= FEW &&
      !entries.some((other, before) => before < index && other.api === api) &&
      !scopes.some((scope, position) => onRequest.includes(scope) || scopes.includes(scope, position + 1)) &&
      !onRequest.some((scope, position) => onRequest.includes(scope, position + 1))
    );
  });
}

/** Positions of what occurred before. */
function repeats(list: readonly string[]): number[] {
  const seen = new Set<string>();
  return list.flatMap((item, position) => {
    const again = seen.has(item);
    seen.add(item);
    return again ? [position] : [];
  });
}
