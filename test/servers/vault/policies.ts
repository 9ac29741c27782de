import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/model/secrets/secret.ts';
import type { VaultAuth, VaultSettings } from '../../../src/stores/vault/settings.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { openVaultStore } from '../../../src/stores/vault/index.ts';
import type { Store } from '../../../src/stores/store.ts';
import { testStore } from '../../contract/store/store-contract.ts';
import { documentOf, failureOf, freshPath, markOf } from '../../contract/store/store-subject.ts';
import type { StoreSubject } from '../../contract/store/store-subject.ts';
import { vaultSubject } from '../../contract/store/vault-subject.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import { createVault } from '../../support/servers/vault.ts';
import type { VaultServer } from '../../support/servers/servers.ts';
import type { TestVault } from '../../support/servers/vault.ts';

/** A product whose policies are documented. */
interface Product {
  readonly kind: VaultSettings['kind'];
  /** What of its API a listing asks for. */
  readonly listed: 'metadata' | 'detailed-metadata';
  readonly server: () => VaultServer;
}

function readPolicy(file: string): string {
  return readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8');
}

/** What a run does, one step per kind of call; returns the first failure. */
async function everything(store: Store): Promise<unknown> {
  const path = freshPath();
  try {
    await store.existing([path]);
    await store.mark(path, markOf(), { pathIsEmpty: true });
    await store.write(path, documentOf('s-1'), 0);
    await store.mark(path, markOf('other'));
    await store.write(path, documentOf('s-2'), 1);
    await store.inspect(path);
    expect((await store.read(path))?.version).toBe(2);
    const { version } = await store.writeRecord(path, { some: 'record' }, 0);
    await store.writeRecord(path, { other: 'record' }, version);
    expect((await store.readRecord(path)).version).toBe(2);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The policies in docs/ are enough for what they are for, and not for more: on a real server. */
export function testPolicies(product: Product): void {
  const PREFIX = 'm2m';
  let vault: TestVault;
  let proxy: CountingProxy;
  let full: string;
  let plan: string;
  let purge: string;

  /** The policy of the documentation, for the mount of this test. */
  function policyText(file: string): string {
    return forThisMount(readPolicy(file));
  }

  function forThisMount(hcl: string): string {
    return hcl.replaceAll('"secret/', `"${vault.mount}/`);
  }

  async function writePolicy(name: string, hcl: string): Promise<string> {
    await vault.writePolicy(`${vault.mount}-${name}`, hcl);
    return `${vault.mount}-${name}`;
  }

  function settingsOf(auth: VaultAuth): VaultSettings {
    return { kind: product.kind, address: proxy.url, namespace: undefined, mount: vault.mount, prefix: PREFIX, auth };
  }

  async function storeWith(...policies: string[]): Promise<Store> {
    const token = new Secret(await vault.createToken({ policies, ttl: '10m' }));
    return openVaultStore(settingsOf({ kind: 'token', token }), systemPorts());
  }

  beforeAll(async () => {
    vault = await createVault(product.server());
    proxy = await startCountingProxy(vault.url);
    full = await writePolicy('full', policyText(`${product.kind}-policy.hcl`));
    plan = await writePolicy('plan', policyText(`${product.kind}-policy-plan.hcl`));
    purge = await writePolicy('purge', policyText(`${product.kind}-policy-purge.hcl`));
  });
  afterAll(async () => {
    await proxy.close();
    await vault.remove();
  });

  describe('the whole contract, by AppRole, under the documented policies', () => {
    let subject: StoreSubject;
    beforeAll(async () => {
      const role = await vault.approle([full, purge]);
      const secretId = new Secret(role.secretId);
      const settings = settingsOf({ kind: 'approle', mount: role.mount, roleId: role.roleId, secretId });
      subject = await vaultSubject(settings, vault, proxy, () => openVaultStore(settings, systemPorts()));
    });
    testStore(() => subject);
  });

  describe('the policy for apply', () => {
    test('is enough, and does not allow to purge', async () => {
      const store = await storeWith(full);
      expect(await everything(store)).toBeUndefined();
      expect(await failureOf(store.purge('team/x'))).toMatchObject({
        code: 'NOT_ALLOWED',
        message: expect.stringContaining(`"delete" on ${vault.mount}/metadata/m2m/team/x`),
      });
    });

    test('reaches nothing outside the prefix', async () => {
      const token = new Secret(await vault.createToken({ policies: [full, purge] }));
      const outside = await openVaultStore({ ...settingsOf({ kind: 'token', token }), prefix: 'other' }, systemPorts());
      const calls = [
        () => outside.existing(['a']),
        () => outside.read('a'),
        () => outside.write('a', documentOf('s'), 0),
      ];
      for (const call of calls) {
        expect(await failureOf(call())).toMatchObject({ code: 'NOT_ALLOWED' });
      }
    });

    test.each([
      ['data', 'update'],
      ['data', 'read'],
      ['metadata', 'create'],
      ['metadata', 'update'],
      ['metadata', 'read'],
      [product.listed, 'list'],
    ])('needs, on %s, "%s": the error names both', async (kind, capability) => {
      const block = new RegExp(`(?<=^path "[^"]*/${kind}/[^]*?)"${capability}",? ?`, 'm');
      const name = await writePolicy(
        `without-${kind}-${capability}`,
        policyText(`${product.kind}-policy.hcl`).replace(block, '').replace(', ]', ']'),
      );
      const failure = await everything(await storeWith(name));
      expect(failure).toMatchObject({
        code: 'NOT_ALLOWED',
        hint: expect.stringContaining(`docs/${product.kind}-policy.hcl`),
      });
      expect(failure).toMatchObject({ message: expect.stringContaining(`"${capability}"`) });
      expect(failure).toMatchObject({ message: expect.stringContaining(`${vault.mount}/${kind}/m2m`) });
    });

    test.each([
      ['data', 'update'],
      ['data', 'read'],
      ['metadata', 'create'],
    ])('needs, on %s of its own records, "%s"', async (kind, capability) => {
      const block = new RegExp(`(?<=^path "secret/${kind}/m2m/\\.grantry/\\*" [^}]*?)"${capability}",? ?`, 'm');
      const hcl = readPolicy(`${product.kind}-policy.hcl`).replace(block, '').replace(', ]', ']');
      const name = await writePolicy(`records-without-${kind}-${capability}`, forThisMount(hcl));
      const failure = await everything(await storeWith(name));
      expect(failure).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining(`"${capability}"`) });
      expect(failure).toMatchObject({ message: expect.stringContaining(`${vault.mount}/${kind}/m2m/.grantry/`) });
    });

    test('without "patch": grantry reads, merges and writes, after one refusal', async () => {
      const name = await writePolicy(
        'without-patch',
        policyText(`${product.kind}-policy.hcl`).replace('"patch", ', ''),
      );
      const store = await storeWith(name);
      const path = freshPath();
      await vault.request('POST', `${vault.mount}/data/${PREFIX}/${path}`, { data: { kept: { deep: [1] } } });
      proxy.reset();
      await store.write(path, documentOf('s-1'), 1);
      await store.write(path, documentOf('s-2'), 2);
      expect(proxy.requests.map(({ method }) => method)).toEqual(['PATCH', 'GET', 'POST', 'GET', 'POST']);
      const { body } = await vault.request('GET', `${vault.mount}/data/${PREFIX}/${path}`);
      expect(body?.data?.['data']).toMatchObject({ kept: { deep: [1] }, client_secret: 's-2' });
    });
  });

  describe('the policy for plan', () => {
    test('lists and inspects, and neither reads nor changes anything', async () => {
      const path = freshPath();
      const writer = await storeWith(full);
      await writer.mark(path, markOf());
      await writer.write(path, documentOf('s-1'), 0);
      const reader = await storeWith(plan);
      expect(await reader.existing([path, 'no/such'])).toEqual(new Set([path]));
      expect(await reader.inspect(path)).toEqual({ mark: markOf(), version: 1, readable: true });
      expect(await failureOf(reader.read(path))).toMatchObject({
        code: 'NOT_ALLOWED',
        message: expect.stringContaining(`"read" on ${vault.mount}/data/m2m/${path}`),
      });
      await writer.writeRecord(path, {}, 0);
      await writer.writeRecord('ledger/acme', { clients: 1 }, 0);
      expect(await reader.readRecord('ledger/acme')).toMatchObject({ value: { clients: 1 } });
      const calls = [
        () => reader.readRecord(path),
        () => reader.writeRecord(path, {}, 1),
        () => reader.mark(path, markOf('x')),
        () => reader.write(path, documentOf('s'), 1),
        () => reader.write(path, documentOf('s'), 0),
        () => reader.purge(path),
      ];
      for (const call of calls) {
        expect(await failureOf(call())).toMatchObject({ code: 'NOT_ALLOWED' });
      }
      expect((await writer.read(path))?.version).toBe(1);
    });
  });
}
