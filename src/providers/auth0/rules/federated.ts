import { identityIn } from '../../../model/auth-method.ts';
import type { ProviderView } from '../../../manifest/backends.ts';
import { problemInView } from '../../../manifest/rules/rule.ts';
import type { Problem } from '../../../manifest/types.ts';

/** Auth0 takes no tokens of other issuers as the login of an application. */
export function* checkFederated(view: ProviderView): Iterable<Problem> {
  const { target } = view;
  if (target === undefined) return;
  for (const client of view.clients) {
    const { auth } = client.spec ?? {};
    if (auth === undefined || identityIn(auth) === null) continue;
    const message =
      `Target ${target.name} is Auth0, which has no federated identities: use private_key_jwt there ` +
      `(in overrides.${target.name}), whose keys can be rotated without a gap`;
    yield problemInView(view, client, { rule: 'no-federation', message, path: ['auth', 'federated'], part: 'key' });
  }
}
