import type { StoreCapabilities } from '../store.ts';

export const kubernetesCapabilities: StoreCapabilities = {
  // A Secret has no versions.
  previous: 'document',
  checkAndSet: 'store',
  listing: 'folder',
  remembersDeleted: false,
  reusesPurged: true,
  // https://kubernetes.io/docs/concepts/configuration/secret/#restriction-data-size
  maxDocumentBytes: 1024 * 1024,
  recordWritesPerDay: undefined,
};
