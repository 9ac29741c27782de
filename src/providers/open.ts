import { GrantryError } from '../model/errors.ts';
import type { ProviderSettings } from '../model/target.ts';
import type { HttpPorts } from '../platform/ports.ts';
import type { Provider } from './provider.ts';

/** Opens the provider that a Target names; its SDK is loaded only now. */
export async function openProvider(settings: ProviderSettings, ports: HttpPorts): Promise<Provider> {
  switch (settings.kind) {
    case 'keycloak': {
      const { openKeycloak } = await import('./keycloak/index.ts');
      return openKeycloak(settings, ports);
    }
    case 'auth0':
      throw new GrantryError('INVALID_INPUT', 'Auth0 targets can be validated, but not connected to yet', {
        hint: 'Use a Keycloak target for now.',
      });
    default:
      return settings satisfies never;
  }
}
