import type { StoreCapabilities } from '../store.ts';
import type { ProductKind } from './product.ts';

const ALIKE = {
  previous: 'version',
  checkAndSet: 'store',
  remembersDeleted: true,
  reusesPurged: true,
  maxDocumentBytes: undefined,
  recordWritesPerDay: undefined,
} as const;

/** `scan` lists all folders at once. Where a policy does not allow it, there is one listing per folder. */
export function capabilitiesOf(kind: ProductKind): StoreCapabilities {
  return { ...ALIKE, listing: kind === 'openbao' ? 'whole' : 'folder' };
}
