import { afterAll, beforeAll, describe, inject } from 'vitest';
import { Secret } from '../../../src/model/secrets/secret.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { openVaultStore } from '../../../src/stores/vault/index.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import { createVault } from '../../support/servers/vault.ts';
import type { TestVault } from '../../support/servers/vault.ts';
import { testStore } from './store-contract.ts';
import { testLongListing } from './store-listing.ts';
import type { StoreSubject } from './store-subject.ts';
import { vaultSubject } from './vault-subject.ts';

describe.each([
  { name: 'the Vault store', prefix: 'm2m' },
  { name: 'the Vault store without a prefix', prefix: '' },
])('$name', ({ prefix }) => {
  let vault: TestVault;
  let proxy: CountingProxy;
  let subject: StoreSubject;
  beforeAll(async () => {
    vault = await createVault(inject('vault'));
    proxy = await startCountingProxy(vault.url);
    const settings = {
      kind: 'vault',
      address: proxy.url,
      namespace: undefined,
      mount: vault.mount,
      prefix,
      auth: { kind: 'token', token: new Secret(vault.rootToken) },
    } as const;
    subject = await vaultSubject(settings, vault, proxy, () => openVaultStore(settings, systemPorts()));
  });
  afterAll(async () => {
    await proxy.close();
    await vault.remove();
  });

  testStore(() => subject);
  testLongListing(() => subject);
});
