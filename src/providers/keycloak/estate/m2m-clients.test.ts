import { expect, it } from 'vitest';
import { clientRow } from '../../../../test/support/estates/rows.ts';
import { isM2mClient } from './m2m-clients.ts';

it.each([
  ['orders', 'acme', true],
  ['orders-realm', 'acme', true],
  ['orders-realm', 'master', false],
  ['realm-management', 'acme', false],
  ['admin-cli', 'acme', false],
])('isM2mClient: %s in the realm %s: %s', (clientId, realm, isOne) => {
  expect(isM2mClient(clientRow(clientId), realm)).toBe(isOne);
});

it('isM2mClient: a client without a service account is none', () => {
  expect(isM2mClient(clientRow('orders', { serviceAccountsEnabled: false }), 'acme')).toBe(false);
});
