import { addressOf } from '../../../model/address.ts';
import { overlapName } from '../../../model/rotation.ts';
import { readOverlaps } from '../policies/client-policies.ts';
import { hasAdminScope } from './admin-scope.ts';
import { problem, rightCheck, risk } from './rights.ts';
import type { KeycloakCheck, Subject } from './subject.ts';

/** The rights of grantry's own account: docs/keycloak.md has them as a table. */
export const RIGHTS: readonly KeycloakCheck[] = [
  rightCheck({
    role: 'view-clients',
    purposes: ['plan', 'apply', 'rotate'],
    title: 'the account may see clients',
    ask: (questions) => questions.mayViewClients(),
    lackOf: () => problem('All clients and client scopes are listed before anything else.'),
  }),
  rightCheck({
    role: 'view-users',
    purposes: ['plan', 'apply', 'rotate', 'verify'],
    title: 'the account may see service accounts',
    ask: (questions) => questions.mayViewUsers(),
    lackOf: ({ roles, workloads }) =>
      roles
        ? problem('Clients declare roles, and who holds a role shows with the users.')
        : risk(
            workloads
              ? 'Roles and groups that somebody gave to a service account are not seen, and the tokens of workloads are not worked out.'
              : 'Roles and groups that somebody gave to a service account are not seen, nor one that is disabled.',
          ),
  }),
  rightCheck({
    role: 'view-realm',
    purposes: ['plan', 'apply', 'rotate', 'verify'],
    title: 'the account may see the settings of the realm',
    ask: (questions) => questions.mayViewRealm(),
    lackOf: ({ overlaps, realmRoles }) => {
      if (overlaps) return problem('Overlaps are declared, and they are client policies of the realm.');
      return realmRoles
        ? problem('Clients declare roles of the realm.')
        : risk('Roles of the realm, client policies and what ends tokens early are not seen.');
    },
  }),
  rightCheck({
    role: 'manage-clients',
    purposes: ['apply', 'rotate'],
    title: 'the account may change clients and client scopes',
    ask: (questions) => questions.mayManageClients(),
    lackOf: () => problem('No client, Api or secret can be made or changed.'),
  }),
  rightCheck({
    role: 'manage-users',
    purposes: ['apply'],
    title: 'the account may give roles to service accounts',
    ask: (questions) => questions.mayManageUsers(),
    lackOf: ({ roles }) =>
      roles
        ? problem('Clients declare roles that apply gives to their service accounts.')
        : risk('Roles that somebody gave to a service account by hand cannot be taken away.'),
  }),
  rightCheck({
    role: 'manage-realm',
    purposes: ['apply'],
    title: 'the account may change the settings of the realm',
    ask: (questions) => questions.mayManageRealm(),
    lackOf: async ({ realmRoles, apis }, subject) => {
      if (await lacksOverlaps(subject)) return problem('Overlaps are declared that the realm is not set up for yet.');
      if (realmRoles) return problem('Clients declare roles of the realm, which go into the scope of their clients.');
      if (apis && (await hasAdminScope(subject)) === 'yes')
        return problem('From Keycloak 26.8.2 on the audience mappers of Apis take it.');
      return undefined;
    },
  }),
  rightCheck({
    role: 'view-identity-providers',
    purposes: ['plan', 'apply', 'verify'],
    title: 'the account may see identity providers',
    ask: (questions) => questions.mayViewIssuers(),
    lackOf: ({ makesIssuers, workloads }) =>
      makesIssuers || workloads ? problem('The issuers of workloads are identity providers of the realm.') : undefined,
  }),
  rightCheck({
    role: 'manage-identity-providers',
    purposes: ['apply'],
    title: 'the account may change identity providers',
    ask: (questions) => questions.mayManageIssuers(),
    lackOf: ({ makesIssuers }) =>
      makesIssuers ? problem('The Target declares issuers with a url, which apply makes.') : undefined,
  }),
];

/** Whether the realm is not set up for an overlap that is declared, or whether that is not seen. */
async function lacksOverlaps({ api, server, questions, desired }: Subject): Promise<boolean> {
  const wanted = desired.overlaps.map((seconds) => addressOf('Rotation', overlapName(seconds)));
  if (wanted.length === 0) return false;
  if ((await questions.mayViewRealm()) !== 'yes') return true;
  const { objects, support } = await readOverlaps(
    { api, server },
    { stack: desired.target.stack, wanted, certain: false },
  );
  const present = new Set(objects.map(({ address }) => address));
  return support !== 'unsupported' && !wanted.every((address) => present.has(address));
}
