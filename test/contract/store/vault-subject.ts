import { z } from 'zod';
import type { VaultSettings } from '../../../src/stores/vault/settings.ts';
import type { Store } from '../../../src/stores/store.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import type { TestVault } from '../../support/servers/vault.ts';
import type { StoreSubject } from './store-subject.ts';

const pairsOf = z.object({ custom_metadata: z.record(z.string(), z.string()).nullish() });
const versionsOf = z.object({ versions: z.record(z.string(), z.unknown()) });
const dataOf = z.object({ data: z.record(z.string(), z.unknown()).nullish() });

/** A Vault store for the contract suite: past the store, others act with the root token and not through the proxy. */
export async function vaultSubject(
  settings: VaultSettings,
  vault: TestVault,
  proxy: CountingProxy,
  open: () => Promise<Store>,
): Promise<StoreSubject> {
  const place = (kind: 'data' | 'metadata', path: string): string =>
    [settings.mount, kind, settings.prefix, path].filter((part) => part !== '').join('/');
  let counted = 0;
  return {
    store: await open(),
    another: open,
    raw: async (path) => {
      const metadata = await vault.request('GET', place('metadata', path));
      if (metadata.status !== 200) return undefined;
      const data = await vault.request('GET', place('data', path));
      const pairs = pairsOf.parse(metadata.body?.data).custom_metadata ?? {};
      return { pairs, data: dataOf.parse(data.body?.data ?? {}).data ?? undefined };
    },
    putForeign: async (path, data, pairs) => {
      await vault.request('POST', place('data', path), { data });
      if (pairs !== undefined) await vault.request('POST', place('metadata', path), { custom_metadata: pairs });
    },
    deleteLatest: async (path) => void (await vault.request('DELETE', place('data', path))),
    previousSecret: async (path, version) => {
      const { body } = await vault.request('GET', `${place('data', path)}?version=${version}`);
      return dataOf.parse(body?.data).data?.['client_secret'];
    },
    records: {
      remove: async (name) => void (await vault.request('DELETE', place('data', `.grantry/${name}`))),
      kept: async (name) => {
        const { body } = await vault.request('GET', place('metadata', `.grantry/${name}`));
        return Object.keys(versionsOf.parse(body?.data).versions).length;
      },
    },
    countRequests: () => {
      const since = proxy.requests.length - counted;
      counted = proxy.requests.length;
      return since;
    },
    leftovers: async () => '',
  };
}
