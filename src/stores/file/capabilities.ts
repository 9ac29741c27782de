import type { StoreCapabilities } from '../store.ts';

export const fileCapabilities: StoreCapabilities = {
  previous: 'version',
  checkAndSet: 'store',
  listing: 'folder',
  remembersDeleted: true,
  reusesPurged: true,
  maxDocumentBytes: undefined,
  recordWritesPerDay: undefined,
};
