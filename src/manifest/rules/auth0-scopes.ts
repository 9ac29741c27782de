import type { TargetView } from '../resolve/target-view.ts';
import type { Problem } from '../types.ts';
import { placeOf, problemInView } from './rule.ts';

/** Auth0 cannot keep a granted scope out of a token that asks for none. */
export function* checkAuth0Scopes(view: TargetView): Iterable<Problem> {
  const { target } = view;
  if (target?.spec?.provider.auth0?.onRequestScopes !== 'refuse') {
    return;
  }
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
