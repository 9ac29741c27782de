/** Vault or OpenBao for whole runs: a mount of its own behind a counting proxy. */
import { inject } from 'vitest';
import { z } from 'zod';
import { startCountingProxy } from '../servers/counting-proxy.ts';
import { listPlaces } from '../servers/snapshot.ts';
import { createVault } from '../servers/vault.ts';
import type { TestVault } from '../servers/vault.ts';
import type { TestStore } from './test-store.ts';

const versionsOf = z.object({ versions: z.record(z.string(), z.unknown()) });
const pairsOf = z.object({ custom_metadata: z.record(z.string(), z.string()).nullish() });
const dataOf = z.object({ data: z.record(z.string(), z.unknown()).nullish() });

export const openTestVault = () => open('vault');
export const openTestOpenbao = () => open('openbao');

async function open(kind: 'vault' | 'openbao'): Promise<TestStore> {
  const vault = await createVault(inject(kind));
  const proxy = await startCountingProxy(vault.url);
  const variable = `${kind.toUpperCase()}_TOKEN`;
  const at = (api: 'data' | 'metadata', path: string): string => `${vault.mount}/${api}/m2m/${path}`;
  return {
    kind,
    spec: { address: proxy.url, mount: vault.mount, prefix: 'm2m', auth: { token: `\${env:${variable}}` } },
    env: { [variable]: vault.rootToken },
    requests: () => proxy.requests.length,
    writes: async () =>
      proxy
        .writes()
        .filter(({ path }) => !path.includes('/.grantry/'))
        .map(({ method, path }) => `${method} ${path}`),
    reset: async () => proxy.reset(),
    read: async (path) => {
      const { status, body } = await vault.request('GET', at('data', path));
      return status === 200 ? (dataOf.parse(body?.data).data ?? undefined) : undefined;
    },
    stateOf: async (path) => {
      const { status, body } = await vault.request('GET', at('metadata', path));
      return status === 200 ? pairsOf.parse(body?.data).custom_metadata?.['grantry_state'] : undefined;
    },
    remove: async (path) => void (await vault.request('DELETE', at('data', path))),
    putForeign: async (path, data) => void (await vault.request('POST', at('data', path), { data })),
    secrets: () => secretsIn(vault),
    close: async () => {
      await proxy.close();
      await vault.remove();
    },
  };
}

async function secretsIn(vault: TestVault): Promise<string[]> {
  const places = (await listPlaces(vault)).filter((place) => !place.includes('.grantry/'));
  const found = places.map(async (place) => {
    const { body } = await vault.request('GET', `${vault.mount}/metadata/${place}`);
    const numbers = Object.keys(versionsOf.parse(body?.data).versions);
    const documents = numbers.map((number) => vault.request('GET', `${vault.mount}/data/${place}?version=${number}`));
    return (await Promise.all(documents)).map((answer) => dataOf.safeParse(answer.body?.data).data?.data);
  });
  const documents = (await Promise.all(found)).flat();
  return documents.map((data) => data?.['client_secret']).filter((secret) => typeof secret === 'string');
}
