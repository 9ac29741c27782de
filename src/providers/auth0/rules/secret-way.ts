import type { ProviderView } from '../../../manifest/backends.ts';
import { problemInView } from '../../../manifest/rules/rule.ts';
import type { Problem } from '../../../manifest/types.ts';

/** An application of Auth0 sends its secret in one way, which its `token_endpoint_auth_method` names. */
export function* checkSecretWay(view: ProviderView): Iterable<Problem> {
  const { target } = view;
  if (target === undefined) return;
  for (const client of view.clients) {
    if (client.spec?.auth !== 'client_secret') continue;
    const message =
      `Target ${target.name} is Auth0, where an application sends its secret in one way: ` +
      `say client_secret_post or client_secret_basic there (in overrides.${target.name})`;
    yield problemInView(view, client, { rule: 'auth-method', message, path: ['auth'] });
  }
}
