import type { ProviderView } from '../../../manifest/backends.ts';
import { placeOf, problemInView } from '../../../manifest/rules/rule.ts';
import type { Problem } from '../../../manifest/types.ts';
import type { Auth0Spec } from '../settings.ts';

/** Auth0 cannot keep a granted scope out of a token that asks for none. */
export function* checkOnRequestScopes(view: ProviderView<Auth0Spec>): Iterable<Problem> {
  const { target, settings } = view;
  if (target === undefined || settings?.onRequestScopes !== 'refuse') return;
  for (const client of view.clients) {
    for (const [index, access] of (client.spec?.access ?? []).entries()) {
      if (access.onRequest.length > 0) {
        const message =
          `Target ${target.name} is Auth0, which puts every granted scope into every token: use scopes instead, ` +
          `or set onRequestScopes: grant in the Target (${placeOf(target)})`;
        yield problemInView(view, client, {
          rule: 'on-request-scopes',
          message,
          path: ['access', index, 'onRequest'],
          part: 'key',
        });
      }
    }
  }
}
