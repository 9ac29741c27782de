import type { ProviderSettings } from '../model/target.ts';
import type { HttpPorts } from '../platform/ports.ts';
import type { Provider } from './provider.ts';

/**
 * Opens the provider that a Target names; its SDK is loaded only now. With `logIn` grantry's own token is asked for
 * meanwhile, since either takes a tenth of a second.
 */
export async function openProvider(
  settings: ProviderSettings,
  ports: HttpPorts,
  { logIn = false }: { readonly logIn?: boolean } = {},
): Promise<Provider> {
  switch (settings.kind) {
    case 'keycloak': {
      const { adminToken } = await import('./keycloak/token.ts');
      const tokens = adminToken(settings, ports);
      // What goes wrong goes wrong again, and is told, when the token is used.
      if (logIn) tokens.getAccessToken().catch(() => undefined);
      const { openKeycloak } = await import('./keycloak/index.ts');
      return openKeycloak(settings, ports, { tokens });
    }
    case 'auth0': {
      const { openAuth0 } = await import('./auth0/index.ts');
      return openAuth0(settings, ports);
    }
    default:
      return settings satisfies never;
  }
}
