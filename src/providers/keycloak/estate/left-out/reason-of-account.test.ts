import { expect, it } from 'vitest';
import { NO_ROLES } from '../../roles/role-names.ts';
import { reasonOfAccount } from './reason-of-account.ts';

const ACCOUNT = {
  serviceAccount: 'enabled',
  roles: NO_ROLES,
  groups: [],
  rolesOfGroups: [],
  scopeMappings: NO_ROLES,
} as const;

it.each([
  [undefined, {}],
  [undefined, { roles: { realm: ['reader'], clients: {} } }],
  ['service-account-missing', { serviceAccount: 'missing' as const }],
  ['service-account-disabled', { serviceAccount: 'disabled' as const }],
  ['groups', { groups: ['/ops'], rolesOfGroups: [{ client: 'ledger', name: 'reader' }] }],
])('reasonOfAccount: %s, of %j', (reason, special) => {
  expect(reasonOfAccount({ ...ACCOUNT, ...special })?.reason).toBe(reason);
});

it('reasonOfAccount: names the groups and what they give', () => {
  const answer = { ...ACCOUNT, groups: ['/ops'], rolesOfGroups: [{ client: 'ledger', name: 'reader' }] };
  expect(reasonOfAccount(answer)?.why).toContain('/ops: ledger/reader');
});
