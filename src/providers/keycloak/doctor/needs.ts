import type { DesiredState } from '../../../model/desired.ts';
import { issuersInUse, managedIssuers } from '../../../model/issuers.ts';
import { settingsOf } from '../client-settings.ts';

/** What of the manifests decides which rights and features a run takes. */
export interface Needs {
  /** Clients declare roles of their service accounts. */
  readonly roles: boolean;
  /** Some of them are roles of the realm. */
  readonly realmRoles: boolean;
  /** Previous secrets are to stay valid for a while. */
  readonly overlaps: boolean;
  /** Overlaps of keys that end by use. */
  readonly endsByUse: boolean;
  /** The Target makes issuers. */
  readonly makesIssuers: boolean;
  /** Clients log in as workloads. */
  readonly workloads: boolean;
  /** Apis that are made here. */
  readonly apis: boolean;
}

export function needsOf({ clients, apis, overlaps, target }: DesiredState): Needs {
  const roles = clients.map((client) => settingsOf(client).serviceAccountRoles);
  return {
    roles: roles.some(({ realm, clients: ofClients }) => realm.length > 0 || Object.keys(ofClients).length > 0),
    realmRoles: roles.some(({ realm }) => realm.length > 0),
    overlaps: overlaps.length > 0,
    endsByUse: clients.some(({ credential }) => credential.rotate.endWhen === 'unused'),
    makesIssuers: managedIssuers(target).length > 0,
    workloads: issuersInUse({ clients, target }).length > 0,
    apis: apis.some(({ managed }) => managed),
  };
}
