import { join } from 'node:path';
import { trimSlashes } from '../../manifest/slashes.ts';
import { defineStore } from '../description.ts';
import { fileCapabilities } from './capabilities.ts';
import { describeFileStore, fileSchema, resolveFileStore } from './settings.ts';
import type { FileSpec, FileStoreSettings } from './settings.ts';

/** Files encrypted with age, on a disk of the machine. */
export const file = defineStore<FileSpec, FileStoreSettings>({
  kind: 'file',
  label: 'File store',
  capabilities: fileCapabilities,
  settings: fileSchema,
  multiline: ['identity'],
  servers: () => [],
  place: ({ path }) => ({ root: 'file', folder: trimSlashes(path).replace(/^(?:\.\/)+/, ''), key: 'path' }),
  locate: (spec, path) => join(spec.path, `${path}.age`),
  resolve: resolveFileStore,
  describe: describeFileStore,
  opener: () => ({ open: async (settings) => (await import('./index.ts')).openFileStore(settings) }),
});
