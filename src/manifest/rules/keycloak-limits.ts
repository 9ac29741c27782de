import type { InTarget, TargetView } from '../target-view.ts';
import type { ClientManifest, Problem } from '../types.ts';
import { problemIn, problemInView } from './rule.ts';

/** Above it a server answers 500 and nothing more. */
const MAX_DESCRIPTION = 255;

/** Attributes that have a field of their own, or that the server and grantry keep their books in. */
const RESERVED: readonly { readonly pattern: RegExp; readonly instead: string }[] = [
  { pattern: /^grantry\./, instead: 'is for the marks of grantry' },
  { pattern: /^access\.token\.lifespan$/, instead: 'is set by tokenLifetime of the Apis' },
  { pattern: /^client\.secret\.authentication\.allowed\.method$/, instead: 'is set by spec.auth' },
  {
    pattern: /^(oauth2\.device\.authorization\.grant|oidc\.ciba\.grant|standard\.token\.exchange)\.enabled$/,
    instead: 'is always off for an M2M client',
  },
  { pattern: /^client\.secret\./, instead: 'is kept by the server' },
];

/** What Keycloak would refuse, or fail at without saying why. */
export function* checkKeycloakLimits(view: TargetView): Iterable<Problem> {
  if (view.target !== undefined && view.target.spec?.provider.keycloak === undefined) {
    return;
  }
  for (const client of view.clients) {
    if (client.manifest.description.length > MAX_DESCRIPTION) {
      const message = `the description has ${client.manifest.description.length} characters; Keycloak takes at most ${MAX_DESCRIPTION}`;
      yield problemIn(client.manifest, { rule: 'keycloak-limit', message, path: ['metadata', 'description'] });
    }
    const attributes = client.spec?.keycloak?.attributes;
    if (attributes !== undefined) yield* checkAttributes(view, client, Object.keys(attributes));
  }
}

function* checkAttributes(
  view: TargetView,
  client: InTarget<ClientManifest>,
  names: readonly string[],
): Iterable<Problem> {
  for (const name of names) {
    const path = ['keycloak', 'attributes', name];
    const reserved = RESERVED.find(({ pattern }) => pattern.test(name));
    if (reserved !== undefined) {
      const message = `the attribute "${name}" ${reserved.instead}`;
      yield problemInView(view, client, { rule: 'reserved-attribute', message, path, part: 'key' });
    } else if (name.length > MAX_DESCRIPTION) {
      const message = `the name of an attribute has ${name.length} characters; Keycloak takes at most ${MAX_DESCRIPTION}`;
      yield problemInView(view, client, { rule: 'keycloak-limit', message, path, part: 'key' });
    }
  }
}
