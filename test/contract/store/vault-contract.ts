import { afterAll, beforeAll, describe } from 'vitest';
import { Secret } from '../../../src/model/secrets/secret.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { openVaultStore } from '../../../src/stores/vault/index.ts';
import type { VaultSettings } from '../../../src/stores/vault/settings.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import { createVault } from '../../support/servers/vault.ts';
import type { VaultServer } from '../../support/servers/servers.ts';
import type { TestVault } from '../../support/servers/vault.ts';
import { testStore } from './store-contract.ts';
import type { StoreSubject, SubjectOf } from './store-subject.ts';
import { vaultSubject } from './vault-subject.ts';

interface Case {
  readonly name: string;
  readonly kind: VaultSettings['kind'];
  readonly prefix: string;
  readonly inNamespace?: boolean;
  readonly server: () => VaultServer;
}

/** The contract of stores, on a mount of its own of a real Vault or OpenBao; `more`: what else to test there. */
export function testVaultStore(
  { name, kind, prefix, inNamespace = false, server }: Case,
  more?: (subject: SubjectOf) => void,
): void {
  describe(`the store of ${name}`, () => {
    let vault: TestVault;
    let proxy: CountingProxy;
    let subject: StoreSubject;
    beforeAll(async () => {
      vault = await createVault(server(), { inNamespace });
      proxy = await startCountingProxy(vault.url);
      const settings: VaultSettings = {
        kind,
        address: proxy.url,
        namespace: vault.namespace,
        mount: vault.mount,
        prefix,
        auth: { kind: 'token', token: new Secret(vault.rootToken) },
      };
      subject = await vaultSubject(settings, vault, proxy, () => openVaultStore(settings, systemPorts()));
    });
    afterAll(async () => {
      await proxy.close();
      await vault.remove();
    });

    testStore(() => subject);
    more?.(() => subject);
  });
}
