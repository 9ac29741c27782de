import type { EstateAccess, EstateClient } from '../../../model/estate.ts';
import { groupBy } from '../../../model/values/groups.ts';
import { SERVICE_ACCOUNT_SCOPE } from '../convert/convert-client.ts';
import { MARK, parseDelivery } from '../convert/marks.ts';
import type { ClientRepresentation } from '../convert/representations.ts';
import type { ClientFields } from '../fields.ts';
import type { AccountAnswer } from '../roles/account-answer.ts';
import { markOf } from './apis/api-of-group.ts';
import { factsOf } from './attributes-of.ts';
import { lifetimeToSay, ownLifetime } from './lifetimes.ts';
import { notesOf } from './notes-of.ts';
import type { NoteSources } from './notes-of.ts';
import type { Sayable } from './left-out/judge-listed.ts';
import { settingsToWrite } from './settings-of.ts';

/** What a client is made of beside its row. */
export interface ClientSources extends NoteSources {
  /** The audience of each scope that is of an Api, by the scope's name. */
  readonly audienceOf: ReadonlyMap<string, string>;
  /** Seconds, by audience. */
  readonly lifetimes: ReadonlyMap<string, number>;
  /** ISO 8601, by client_id. */
  readonly lastUsed: ReadonlyMap<string, string>;
}

/** What a service account holds. */
export type Holdings = Pick<AccountAnswer, 'roles' | 'scopeMappings'>;

export function clientOfRow({ row, auth, attributes }: Sayable, held: Holdings, sources: ClientSources): EstateClient {
  const { access, otherScopes } = grantsOf(row, sources.audienceOf);
  const audiences = access.map(({ audience }) => audience);
  const settings = settingsToWrite({
    roles: held.roles,
    scopeMappings: held.scopeMappings,
    otherScopes,
    tokenLifetime: lifetimeToSay({ lifetime: ownLifetime(row.attributes), audiences }, sources.lifetimes),
    attributes,
  });
  return {
    id: row.id,
    clientId: row.clientId,
    displayName: row.clientId,
    isEnabled: row.enabled,
    auth,
    access,
    settings,
    lastUsed: sources.lastUsed.get(row.clientId),
    mark: markOf(row.attributes, MARK.name),
    delivered: parseDelivery(row.attributes[MARK.delivered]),
    description: row.description,
    facts: factsOf(row),
    notes: notesOf(otherScopes, sources),
  };
}

type Holder = Pick<ClientRepresentation, 'defaultClientScopes' | 'optionalClientScopes'>;

/** The audiences of the Apis that a client can reach, sorted. */
export function audiencesReached(
  { defaultClientScopes, optionalClientScopes }: Holder,
  audienceOf: ClientSources['audienceOf'],
): string[] {
  const found = [...defaultClientScopes, ...optionalClientScopes].flatMap((name) => audienceOf.get(name) ?? []);
  return [...new Set(found)].toSorted();
}

function grantsOf(
  client: Holder,
  audienceOf: ClientSources['audienceOf'],
): { readonly access: EstateAccess[]; readonly otherScopes: ClientFields['otherScopes'] } {
  const part = (names: readonly string[]): { of: Map<string | undefined, string[]>; others: string[] } => ({
    of: groupBy(names, (name) => audienceOf.get(name)),
    others: names.filter((name) => !audienceOf.has(name) && name !== SERVICE_ACCOUNT_SCOPE),
  });
  const [always, onRequest] = [part(client.defaultClientScopes), part(client.optionalClientScopes)];
  const access = audiencesReached(client, audienceOf).map((audience) => ({
    audience,
    scopes: always.of.get(audience) ?? [],
    onRequest: onRequest.of.get(audience) ?? [],
  }));
  return { access, otherScopes: { default: always.others, optional: onRequest.others } };
}
