import { checkUrl, normaliseUrl } from '../../manifest/schema/url.ts';
import { trimSlashes } from '../../manifest/slashes.ts';
import { describePlaceProblem } from '../../model/secrets/credential-path.ts';
import { KeyedCache } from '../../platform/keyed-cache.ts';
import { defineStore } from '../description.ts';
import type { StoreDescription } from '../description.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { VaultLogins } from './index.ts';
import { productOf } from './product.ts';
import type { ProductKind } from './product.ts';
import { describeVault, isSameVaultLogin, joinPlace, locateInVault, resolveVault, vaultSchema } from './settings.ts';
import type { VaultSettings, VaultSpec } from './settings.ts';

function describeProduct(kind: ProductKind): StoreDescription {
  return defineStore<VaultSpec, VaultSettings>({
    kind,
    label: productOf({ kind }).label,
    capabilities: capabilitiesOf(kind),
    settings: vaultSchema,

    servers: ({ address, allowInsecure }) => [
      { key: 'address', url: address, allowInsecure, problem: checkUrl(address) },
    ],

    *check(spec) {
      for (const key of ['mount', 'prefix'] as const) {
        const path = trimSlashes(spec[key] ?? '');
        const problem = path === '' || path.includes('${env:') ? undefined : describePlaceProblem(path);
        if (problem !== undefined) yield { rule: 'bad-store-path', key, problem: `is no path: ${problem}` };
      }
    },

    place: ({ address, namespace = '', mount, prefix = '' }) => ({
      root: JSON.stringify([normaliseUrl(address), namespace]),
      folder: joinPlace({ mount: trimSlashes(mount), prefix: trimSlashes(prefix) }, ''),
      key: 'prefix',
    }),

    locate: ({ mount, prefix = '' }, path) =>
      locateInVault({ kind, mount: trimSlashes(mount), prefix: trimSlashes(prefix) }, path),

    resolve: (spec, context) => resolveVault(kind, spec, context),

    describe: describeVault,

    opener() {
      const logins: VaultLogins = new KeyedCache(isSameVaultLogin);
      return {
        open: async (settings, ports, options) =>
          (await import('./index.ts')).openVaultStore(settings, ports, { ...options, logins }),
      };
    },
  });
}

/** HashiCorp Vault: documents in a KV v2 secrets engine. */
export const vault = describeProduct('vault');

/** OpenBao: the same engine, behind the same API. */
export const openbao = describeProduct('openbao');
