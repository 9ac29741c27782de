import type { ProviderView } from '../../../manifest/backends.ts';
import { problemInView } from '../../../manifest/rules/rule.ts';
import type { Problem } from '../../../manifest/types.ts';
import { signingAlgOf } from '../../../model/auth-method.ts';
import { auth0Capabilities } from '../capabilities.ts';

/** Clients that are to sign assertions with what Auth0 does not take. */
export function* checkKeyAlgs(view: ProviderView): Iterable<Problem> {
  if (view.target === undefined) return;
  const { keyAlgs } = auth0Capabilities;
  for (const client of view.clients) {
    const auth = client.spec?.auth;
    const alg = auth === undefined ? null : signingAlgOf(auth);
    if (alg === null || keyAlgs.includes(alg)) continue;
    yield problemInView(view, client, {
      rule: 'key-alg',
      message: `Target ${view.target.name} is Auth0, which takes ${keyAlgs.join(' or ')}, not ${alg}: choose another auth for it, in overrides where it is for this Target alone`,
      path: ['auth'],
    });
  }
}
