import type { ProviderView } from '../../../manifest/backends.ts';
import { placeOf, problemInView } from '../../../manifest/rules/rule.ts';
import { clientSettingsOf } from '../../../manifest/schema/client.ts';
import type { Problem } from '../../../manifest/types.ts';
import { valueAt } from '../../../manifest/values.ts';
import { formatDuration } from '../../../model/text/duration.ts';

/** A client's own lifetime may cut that of its Apis short, and never exceed it: an Api decides how long its tokens live. */
export function* checkClientLifetime(view: ProviderView): Iterable<Problem> {
  const apis = new Map(view.apis.map((api) => [api.manifest.name, api]));
  for (const client of view.clients) {
    const own = valueAt(clientSettingsOf(client.spec, 'keycloak'), ['tokenLifetime']);
    if (typeof own !== 'number') continue;
    for (const { api: name } of client.spec?.access ?? []) {
      const api = apis.get(name);
      const most = api?.spec?.tokenLifetime;
      if (api === undefined || most === undefined || own <= most) continue;
      const message =
        `tokens of Client "${client.manifest.name}" would live ${formatDuration(own)}, longer than the ${formatDuration(most)} ` +
        `of Api "${name}" (${placeOf(api.manifest)}): make it shorter, or take it out`;
      yield problemInView(view, client, { rule: 'client-lifetime', message, path: ['keycloak', 'tokenLifetime'] });
    }
  }
}
