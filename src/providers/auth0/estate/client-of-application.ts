import { parseDelivery } from '../convert/marks.ts';
import type { EstateClient, LeftOut } from '../../../model/estate.ts';
import { isEnabled } from '../convert/convert.ts';
import { parseKeys } from '../convert/key-marks.ts';
import { usesKeys } from '../convert/keys.ts';
import type { Application, ClientGrant } from '../convert/representations.ts';
import { isOfMachines } from '../http/listing.ts';
import { accessOf, reasonOfAdmin } from './access-of.ts';
import type { Grantable } from './access-of.ts';
import { authOf } from './auth-of.ts';
import { factsOf, markOf } from './facts-of.ts';
import { reasonOfApplication } from './reason-of-application.ts';
import type { Reason } from './reasons.ts';

export interface ClientSources {
  readonly grantable: Grantable;
  /** The application that grantry logs in with. */
  readonly ownClientId: string;
}

/** An application as a Client, or why no manifest can say it. `grants`: all of it. */
export function clientOfApplication(
  app: Application,
  grants: readonly ClientGrant[],
  { grantable, ownClientId }: ClientSources,
): { readonly client: EstateClient } | { readonly leftOut: LeftOut } {
  const own = grants.filter(isOfMachines);
  const listed = reasonOfApplication(app, ownClientId);
  const admin = app.client_id === ownClientId ? undefined : reasonOfAdmin(own, grantable);
  const refused = admin ?? listed;
  if (refused !== undefined) return { leftOut: leftOut(app, refused) };
  const authentication = authOf(app);
  if ('reason' in authentication) return { leftOut: leftOut(app, authentication.reason) };
  const found = accessOf(own, grantable);
  const said = { ...commonOf(app, grants), auth: authentication.auth };
  if ('access' in found) return { client: { ...said, access: found.access } };
  const { reason, narrower } = found;
  const proposal = narrower === undefined ? {} : { proposal: { ...said, access: narrower } };
  return { leftOut: { ...leftOut(app, reason), ...proposal } };
}

function leftOut(app: Application, reason: Reason): LeftOut {
  const mark = markOf(app.client_metadata);
  return {
    kind: 'Client',
    id: app.client_id,
    displayName: app.name,
    ...(mark === undefined ? {} : { mark }),
    facts: factsOf(app),
    ...reason,
  };
}

function commonOf(app: Application, grants: readonly ClientGrant[]): Omit<EstateClient, 'auth' | 'access'> {
  return {
    // The id of an application is its client_id.
    id: app.client_id,
    clientId: app.client_id,
    displayName: app.name,
    displayNameKey: 'name',
    isEnabled: isEnabled(app.client_metadata),
    settings: undefined,
    lastUsed: undefined,
    mark: markOf(app.client_metadata),
    delivered: parseDelivery(app.client_metadata),
    description: app.description,
    facts: factsOf(app),
    notes: notesOf(app, grants),
  };
}

function notesOf(app: Application, grants: readonly ClientGrant[]): string[] {
  const forUsers = grants.filter((grant) => !isOfMachines(grant)).map(({ audience }) => audience);
  const isUnsure = usesKeys(app) && parseKeys(app.client_metadata) === undefined;
  return [
    ...(forUsers.length === 0
      ? []
      : [`client grants for users, or made by Auth0 itself, stay as they are: ${forUsers.toSorted().join(', ')}.`]),
    ...(isUnsure ? ['what its keys sign with no listing shows: alg is what keys of grantry would sign with.'] : []),
  ];
}
