import { addressOf } from '../../../model/address.ts';
import type { DesiredClient } from '../../../model/desired.ts';
import { groupBy } from '../../../model/values/groups.ts';
import type { ActualState } from '../../../model/state.ts';
import { displayNameOf } from '../client-settings.ts';
import { MARK, parseName } from '../convert/marks.ts';
import type { Application } from '../convert/representations.ts';

/** Which application each client is, and which ones no manifest declares. */
export interface Matches {
  /** metadata.name of the client that each relevant application stands for. */
  readonly names: ReadonlyMap<Application, string>;
  readonly desiredOf: ReadonlyMap<Application, DesiredClient>;
  /** Clients for which several applications stand: which one is meant is not known. */
  readonly ambiguous: ActualState['impossible'];
}

/**
 * Auth0 assigns client ids and takes any name twice, so a client is found by the mark on its application. Without one: by
 * spec.clientId, or by its display name, which makes it a conflict until it is adopted.
 */
export function matchApplications(
  apps: readonly Application[],
  desired: readonly DesiredClient[],
  stack: string,
  ids: ReadonlySet<string>,
): Matches {
  const ours = apps.filter(({ client_metadata: metadata }) => metadata[MARK.stack] === stack);
  const others = apps.filter(({ client_metadata: metadata }) => metadata[MARK.stack] !== stack);
  const byMark = groupBy(ours, ({ client_metadata: metadata }) => parseName(metadata).name ?? '');
  const byId = new Map(apps.map((app) => [app.client_id, app]));
  const byName = groupBy(others, (app) => parseName(app.client_metadata).name ?? app.name);
  const names = new Map<Application, string>();
  const desiredOf = new Map<Application, DesiredClient>();
  const ambiguous: ActualState['impossible'][number][] = [];
  const meant = new Set<Application>();
  for (const client of desired) {
    const named = byId.get(client.clientId);
    const candidates =
      byMark.get(client.name) ?? (named === undefined ? (byName.get(displayNameOf(client)) ?? []) : [named]);
    for (const app of candidates) meant.add(app);
    const [app] = candidates;
    if (app === undefined) continue;
    if (candidates.length > 1) ambiguous.push(ambiguity(client, candidates));
    names.set(app, client.name);
    desiredOf.set(app, client);
  }
  const taken = new Set(names.values());
  for (const app of apps) {
    const isRelevant = app.client_metadata[MARK.stack] === stack || ids.has(app.client_id);
    if (meant.has(app) || !isRelevant) continue;
    const marked = parseName(app.client_metadata).name ?? '';
    const name = marked !== '' && !taken.has(marked) ? marked : app.client_id;
    names.set(app, name);
    taken.add(name);
  }
  return { names, desiredOf, ambiguous };
}

function ambiguity(client: DesiredClient, apps: readonly Application[]): ActualState['impossible'][number] {
  const ids = apps.map((app) => app.client_id).toSorted();
  const marked = apps.some((app) => parseName(app.client_metadata).name === client.name);
  return {
    address: addressOf('Client', client.name),
    reason: `${ids.length} applications ${marked ? 'carry the mark of this client' : `are called ${displayNameOf(client)}`}: ${ids.join(', ')}`,
    hint: marked
      ? `Delete the one that nobody uses, or remove ${MARK.stack} from its metadata.`
      : 'Say which one is meant with spec.clientId, or give the manifest another name.',
  };
}
