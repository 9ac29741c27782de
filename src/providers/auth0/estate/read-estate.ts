import type { DesiredState } from '../../../model/desired.ts';
import type { Estate, EstateSelection } from '../../../model/estate.ts';
import { groupBy } from '../../../model/values/groups.ts';
import type { Application, ClientGrant, ResourceServer } from '../convert/representations.ts';
import type { Auth0Api } from '../http/api.ts';
import {
  findResourceServers,
  isOfMachines,
  listApplications,
  listGrants,
  listResourceServers,
} from '../http/listing.ts';
import { managementAudience } from '../http/token.ts';
import { scopesByAudience } from './access-of.ts';
import { apiOfServer } from './api-of-server.ts';
import { clientOfApplication } from './client-of-application.ts';
import { isMachine } from './machine-applications.ts';

/** What there is of M2M access in the tenant: three listings in pages, and a look for Apis that are granted, yet in none. */
export async function readEstate(api: Auth0Api, desired: DesiredState, selection: EstateSelection): Promise<Estate> {
  const [apps, grants, servers] = await Promise.all([
    listApplications(api, false),
    listGrants(api),
    listResourceServers(api),
  ]);
  const absent = await findAbsent(api, grants, servers);
  const { domain, auth } = api.settings;
  return describeEstate(
    { apps, grants, servers, absent },
    { desired, selection, management: managementAudience(domain), ownClientId: auth.clientId },
  );
}

/** Whoever is told to delete a grant must not lose access by it: a listing that lacks an Api is not enough for that. */
async function findAbsent(
  api: Auth0Api,
  grants: readonly ClientGrant[],
  servers: readonly ResourceServer[],
): Promise<ReadonlySet<string>> {
  const listed = new Set(servers.map(({ identifier }) => identifier));
  const audiences = new Set(grants.filter(isOfMachines).map(({ audience }) => audience));
  // A query may take a comma for the end of an identifier: then it finds none.
  const unlisted = [...audiences].filter((audience) => !listed.has(audience) && !audience.includes(','));
  const found = new Set((await findResourceServers(api, unlisted)).map(({ identifier }) => identifier));
  return new Set(unlisted.filter((audience) => !found.has(audience)));
}

/** Everything that a tenant lists. */
export interface ListedTenant {
  readonly apps: readonly Application[];
  readonly grants: readonly ClientGrant[];
  readonly servers: readonly ResourceServer[];
  /** Audiences that the tenant has no API for: each was looked for by itself. */
  readonly absent: ReadonlySet<string>;
}

export interface EstateQuestion {
  readonly desired: Pick<DesiredState, 'apis'>;
  readonly selection: EstateSelection;
  /** The audience of the Management API. */
  readonly management: string;
  /** The application that grantry logs in with. */
  readonly ownClientId: string;
}

/** What was listed, in words that manifests have. */
export function describeEstate({ apps, grants, servers, absent }: ListedTenant, question: EstateQuestion): Estate {
  const { desired, selection, management, ownClientId } = question;
  const isAuth0s = ({ is_system: system, identifier }: ResourceServer): boolean => system || identifier === management;
  const described = servers.filter((server) => !isAuth0s(server)).map(apiOfServer);
  const apis = described.flatMap((found) => ('api' in found ? [found.api] : []));
  const grantable = {
    management,
    servers: new Map(servers.map((server) => [server.identifier, server])),
    absent,
    scopes: scopesByAudience(apis, desired.apis),
  };
  const grantsOf = groupBy(grants, ({ client_id: id }) => id ?? '');
  const machines = apps
    .filter(({ client_id: id }) => selection.isSelected(id))
    .map((app) => ({ app, own: grantsOf.get(app.client_id) ?? [] }))
    .filter(({ app, own }) => isMachine(app, own.filter(isOfMachines)))
    .map(({ app, own }) => clientOfApplication(app, own, { grantable, ownClientId }));
  return {
    apis,
    clients: machines.flatMap((found) => ('client' in found ? [found.client] : [])),
    leftOut: [...described, ...machines].flatMap((found) => ('leftOut' in found ? [found.leftOut] : [])),
  };
}
