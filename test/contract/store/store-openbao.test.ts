import { inject } from 'vitest';
import { testVaultStore } from './vault-contract.ts';

// With a prefix the contract runs under the documented policies: test/servers/vault/policy-openbao.test.ts.
testVaultStore({
  name: 'OpenBao, in a namespace and without a prefix',
  kind: 'openbao',
  prefix: '',
  inNamespace: true,
  server: () => inject('openbao'),
});
