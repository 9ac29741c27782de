import type { DesiredClient } from '../../../model/desired.ts';
import { MARK } from '../convert/marks.ts';
import type { ClientRepresentation } from '../convert/representations.ts';

/** Which desired client each one is: by client_id, and else by the name in its mark, unless a client that needs no look has that name. */
export function matchClients(
  clients: readonly ClientRepresentation[],
  desired: readonly DesiredClient[],
  namesTaken: readonly string[],
): Map<string, DesiredClient> {
  // In most realms no client needs a look.
  if (clients.length === 0) return new Map();
  const byClientId = new Map(desired.map((client) => [client.clientId, client]));
  const byName = new Map(desired.map((client) => [client.name, client]));
  const matches = new Map<string, DesiredClient>();
  const taken = new Set(namesTaken);
  for (const { id, clientId } of clients) {
    const match = byClientId.get(clientId);
    if (match === undefined) continue;
    matches.set(id, match);
    taken.add(match.name);
  }
  for (const { id, attributes } of clients) {
    const match = matches.has(id) ? undefined : byName.get(attributes[MARK.name] ?? '');
    if (match === undefined || taken.has(match.name)) continue;
    matches.set(id, match);
    taken.add(match.name);
  }
  return matches;
}

/**
 * A name of its own for each client: the manifest's, else that in its mark. A client that was copied by hand has
 * the mark too: it goes by its client_id, so that it is seen and hides nothing.
 */
export function nameClients(
  clients: readonly ClientRepresentation[],
  desiredOf: ReadonlyMap<string, DesiredClient>,
  namesTaken: readonly string[],
): Map<string, string> {
  const names = new Map([...desiredOf].map(([id, { name }]) => [id, name]));
  const taken = new Set([...namesTaken, ...names.values()]);
  const originalsFirst = clients
    .filter(({ id }) => !names.has(id))
    .toSorted((left, right) => Number(isOriginal(right)) - Number(isOriginal(left)));
  for (const { id, clientId, attributes } of originalsFirst) {
    const marked = attributes[MARK.name];
    const name = [marked, clientId].find((candidate) => candidate && !taken.has(candidate)) ?? `${clientId}-${id}`;
    names.set(id, name);
    taken.add(name);
  }
  return names;
}

function isOriginal({ clientId, attributes }: ClientRepresentation): boolean {
  return attributes[MARK.name] === clientId;
}
