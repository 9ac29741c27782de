import type { KeycloakSettings, ProviderSettings } from '../model/target.ts';
import { withoutWriteGuard } from '../platform/ports.ts';
import type { HttpPorts } from '../platform/ports.ts';
import type { KeyedCache } from '../platform/keyed-cache.ts';
import type { OwnToken } from './own-token.ts';
import { adminToken } from './keycloak/token.ts';
import type { Provider } from './provider.ts';

/** The logins of a run: realms with the same one share it. */
export type KeycloakLogins = KeyedCache<KeycloakSettings, OwnToken>;

/** Opens the provider that a Target names; its SDK is loaded only now. */
export async function openProvider(
  settings: ProviderSettings,
  ports: HttpPorts,
  logins?: KeycloakLogins,
): Promise<Provider> {
  switch (settings.kind) {
    case 'keycloak': {
      const tokens =
        logins?.get(settings, () => adminToken(settings, withoutWriteGuard(ports))) ?? adminToken(settings, ports);
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
