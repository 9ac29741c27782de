import { addressOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../model/desired.ts';
import type { DesiredObject } from '../../model/state.ts';
import { nameSome } from '../../model/text/counting.ts';
import { dayOf, daysBetween } from '../../model/text/day.ts';

/** The objects with what their manifests say of access beside what it is: why it is there, until when, or that it has ended. */
export function withAccessNotes(
  projected: readonly DesiredObject[],
  { clients }: Pick<DesiredState, 'clients'>,
): readonly DesiredObject[] {
  const notes = new Map<Address, Readonly<Record<string, string>>>(
    clients.flatMap((client) => {
      const found = notesOf(client);
      return Object.keys(found).length === 0 ? [] : [[addressOf('Client', client.name), found]];
    }),
  );
  if (notes.size === 0) return projected;
  return projected.map((object) => {
    const more = notes.get(object.address);
    return more === undefined ? object : { ...object, notes: { ...more, ...object.notes } };
  });
}

/** By the paths of the fields that say which scopes a client has, at any provider. */
function notesOf({ access, ended = [] }: DesiredClient): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { api, until, reason } of access) {
    const words = [...(reason === undefined ? [] : [reason]), ...(until === undefined ? [] : [`until ${until}`])];
    if (words.length > 0) note(found, api, words.join(', '));
  }
  for (const { api, until } of ended) note(found, api, `ended on ${until}`);
  return found;
}

function note(notes: Record<string, string>, api: string, words: string): void {
  for (const kind of ['scopes', 'onRequest']) notes[`access ${api} ${kind}`] = words;
}

/** Days ahead of which a plan says what ends. */
const AHEAD = 30;
const MOST_NAMED = 10;

/** What ends in the next time: no part of a plan, for it changes with the day alone. `now`: in Unix seconds. */
export function endingNotices({ clients }: Pick<DesiredState, 'clients'>, now: number): string[] {
  const today = dayOf(now * 1000);
  const ending = clients
    .flatMap(({ name, access }) =>
      access.flatMap(({ api, until }) =>
        until !== undefined && daysBetween(today, until) <= AHEAD
          ? [{ until, words: `${name} to ${api} on ${until}` }]
          : [],
      ),
    )
    .toSorted((left, right) => (left.until < right.until ? -1 : left.until > right.until ? 1 : 0));
  if (ending.length === 0) return [];
  const named = nameSome(
    ending.map(({ words }) => words),
    MOST_NAMED,
  );
  return [`Access ends within ${AHEAD} days: ${named}. The first plan after that day takes it away.`];
}
