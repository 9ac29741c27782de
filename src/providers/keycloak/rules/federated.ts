import { identityIn } from '../../../model/auth-method.ts';
import type { ProviderView } from '../../../manifest/backends.ts';
import { createSuggest, placeOf, problemInView } from '../../../manifest/rules/rule.ts';
import type { ClientManifest, Problem } from '../../../manifest/types.ts';
import { resolveIssuers } from '../issuers/issuer-settings.ts';
import type { KeycloakSpec } from '../settings.ts';

/** Clients that log in as workloads name an issuer of the Target, and no two of them are the same workload. */
export function* checkFederated(view: ProviderView<KeycloakSpec>): Iterable<Problem> {
  const { target, settings } = view;
  if (target === undefined || settings === undefined) return;
  const issuers = resolveIssuers(settings.issuers) ?? [];
  const suggest = createSuggest();
  const first = new Map<string, ClientManifest>();
  for (const client of view.clients) {
    const { auth } = client.spec ?? {};
    const identity = auth === undefined ? null : identityIn(auth);
    if (identity === null) continue;
    // Where it is not resolved yet, the alias is the name of the issuer.
    const { alias: name, subject } = identity;
    if (!issuers.some((issuer) => issuer.name === name)) {
      const names = issuers.map((issuer) => issuer.name);
      const known = names.length === 0 ? 'it names none' : `it has ${names.join(', ')}`;
      const message = `Target ${target.name} (${placeOf(target)}) names no issuer "${name}" in provider.keycloak.issuers: ${known}`;
      const path = ['auth', 'federated', 'issuer'];
      yield problemInView(view, client, { rule: 'unknown-issuer', message, path, suggestion: suggest(name, names) });
    }
    const workload = JSON.stringify([name, subject]);
    const other = first.get(workload);
    if (other === undefined) {
      first.set(workload, client.manifest);
      continue;
    }
    const message =
      `Client ${other.name} (${placeOf(other)}) is the same workload, of the same issuer: Keycloak finds a client by these two, ` +
      'and with two of them one goes on working until a cache is cold, and then neither does';
    yield problemInView(view, client, { rule: 'same-workload', message, path: ['auth', 'federated', 'subject'] });
  }
}
