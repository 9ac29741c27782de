import type { ProviderView } from '../manifest/backends.ts';
import { problemInView } from '../manifest/rules/rule.ts';
import type { Problem } from '../manifest/types.ts';
import { signingAlgOf } from '../model/auth-method.ts';
import type { KeyAlg } from '../model/secrets/key-alg.ts';

/** Clients that are to sign assertions with what the provider does not take; `label`: what messages call it. */
export function* checkKeyAlgs(
  view: ProviderView,
  { label, keyAlgs }: { readonly label: string; readonly keyAlgs: readonly KeyAlg[] },
): Iterable<Problem> {
  if (view.target === undefined) return;
  for (const client of view.clients) {
    const auth = client.spec?.auth;
    const alg = auth === undefined ? null : signingAlgOf(auth);
    if (alg === null || keyAlgs.includes(alg)) continue;
    const takes = keyAlgs.length === 0 ? 'no private keys of clients' : keyAlgs.join(' or ');
    yield problemInView(view, client, {
      rule: 'key-alg',
      message: `Target ${view.target.name} is ${label}, which takes ${takes}, not ${alg}: choose another auth for it, in overrides where it is for this Target alone`,
      path: ['auth'],
    });
  }
}
