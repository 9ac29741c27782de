import type { ProviderView } from '../../../manifest/backends.ts';
import type { InTarget } from '../../../manifest/resolve/target-view.ts';
import { problemInView } from '../../../manifest/rules/rule.ts';
import type { ApiManifest, Problem } from '../../../manifest/types.ts';
import { ALGORITHMS } from '../fields.ts';

/** What of the form of tokens an API of Auth0 does not have. */
export function* checkTokenForm(view: ProviderView): Iterable<Problem> {
  const { target } = view;
  if (target === undefined) return;
  for (const api of view.apis) yield* checkApi(view, target.name, api);
}

function* checkApi(view: ProviderView, target: string, api: InTarget<ApiManifest>): Iterable<Problem> {
  const { token, claims = {} } = api.spec ?? {};
  if (token?.alg !== undefined && !ALGORITHMS.some((known) => known === token.alg)) {
    const message = `Auth0 signs tokens of an API with ${ALGORITHMS.join(', ')}: choose one of these for Target ${target}`;
    yield problemInView(view, api, { rule: 'auth0-limit', message, path: ['token', 'alg'] });
  }
  if (Object.keys(claims).length === 0) return;
  const message =
    'Auth0 has no constants for the tokens of an API. An Action on the trigger credentials-exchange adds claims ' +
    `(api.accessToken.setCustomClaim); leave them out here with overrides: {${target}: {claims: null}}`;
  yield problemInView(view, api, { rule: 'no-claims', message, path: ['claims'], part: 'key' });
}
