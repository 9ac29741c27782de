import type { ProviderSettings } from '../model/target.ts';

/** How output names a provider; known before it is opened. */
export function describeProvider(settings: ProviderSettings): string {
  switch (settings.kind) {
    case 'keycloak':
      return `Keycloak ${settings.url} realm ${settings.realm}`;
    case 'auth0':
      return `Auth0 ${settings.domain}`;
    default:
      return settings satisfies never;
  }
}
