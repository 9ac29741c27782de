import type { StoreCapabilities } from '../store.ts';

export const awsCapabilities: StoreCapabilities = {
  previous: 'label',
  checkAndSet: 'store',
  listing: 'whole',
  remembersDeleted: true,
  reusesPurged: true,
  maxDocumentBytes: 65_536,
  recordWritesPerDay: 100,
};
