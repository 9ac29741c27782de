import { join } from 'node:path';
import type { StoreSettings } from '../model/target.ts';

/** How output names a store as a whole; known before it is opened. */
export function describeStore(settings: StoreSettings): string {
  switch (settings.kind) {
    case 'vault': {
      const { mount, prefix } = settings;
      return `Vault ${prefix === '' ? mount : `${mount}/${prefix}`}`;
    }
    case 'file':
      return `encrypted files in ${join(settings.shownPath ?? settings.path, '')}`;
    default:
      return settings satisfies never;
  }
}
