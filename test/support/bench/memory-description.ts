/** The provider in memory as one that manifests may name, so that a whole command can run without a server. */
import * as z from 'zod';
import type { BackendSettings } from '../../../src/model/target.ts';
import { defineProvider } from '../../../src/providers/description.ts';
import type { ProviderDescription } from '../../../src/providers/description.ts';
import type { MemoryProvider } from '../../../src/providers/memory/index.ts';

const SETTINGS = { kind: 'memory' };

export function describeMemory(provider: MemoryProvider): ProviderDescription {
  return defineProvider<Record<string, never>, BackendSettings, Record<string, never>>({
    kind: 'memory',
    label: 'Memory',
    settings: z.strictObject({}),
    clientSettings: z.strictObject({}),
    freeMaps: [],
    home: { noun: 'memory', name: () => 'memory' },
    setsUpOverlaps: false,
    servers: () => [],
    resolve: () => SETTINGS,
    resolveClient: () => SETTINGS,
    checkView: () => [],
    capabilities: () => provider.capabilities,
    fields: [],
    describe: () => provider.describe(),
    server: () => ({ url: 'https://memory.test' }),
    opener: () => ({ open: async () => provider }),
  });
}
