import type { StoreSettings } from '../model/target.ts';
import type { Ports } from '../platform/ports.ts';
import type { Store } from './store.ts';
import type { VaultLogins } from './vault/index.ts';

/** Opens the store of a target: logs in and checks that it can be used. Only the code of that kind is loaded. */
export async function openStore(settings: StoreSettings, ports: Ports, logins?: VaultLogins): Promise<Store> {
  switch (settings.kind) {
    case 'vault':
      return (await import('./vault/index.ts')).openVaultStore(settings, ports, logins);
    case 'file':
      return (await import('./file/index.ts')).openFileStore(settings);
    default:
      return settings satisfies never;
  }
}
