import { isKeptByOwner } from '../plan/undelivered.ts';
import { isHeldByWorkload, methodFor } from '../../credentials/registry.ts';
import { addressOf } from '../../model/address.ts';
import { nameSome } from '../../model/text/counting.ts';
import type { DesiredClient, DesiredState } from '../../model/desired.ts';
import type { Change } from '../../model/plan.ts';
import { daysOf } from '../../model/text/age.ts';
import { describeMoment } from '../../model/text/moment.ts';
import { dueAt, isInOverlap, madeAt } from '../../model/rotation.ts';
import { isOurs, objectsByAddress } from '../../model/state.ts';
import type { ActualState } from '../../model/state.ts';

/** Names in a line of notice. */
const MOST_NAMED = 5;
const DAY = 86_400;

export interface NoticeInput {
  readonly desired: DesiredState;
  readonly actual: ActualState;
  /** Unix seconds. */
  readonly now: number;
}

/** What must be known of credentials beside a plan: it is no part of it, for it changes with the time alone. */
export function rotationNotices(input: NoticeInput): string[] {
  return [...gapNotices(input), ...overdueNotices(input), ...guessableNotices(input)];
}

/** Changes that apply will refuse for now: without its overlap the server would end what is left of it at once. */
export function waitingNotices(
  changes: readonly Change[],
  { actual, now }: Pick<NoticeInput, 'actual' | 'now'>,
): string[] {
  const objects = objectsByAddress(actual);
  return changes.flatMap((change) => {
    if (!('before' in change) || !('after' in change)) return [];
    const until = objects.get(change.address)?.credential?.previousUntil;
    const loses = typeof change.before['overlap'] === 'string' && change.after['overlap'] === null;
    if (!loses || until === undefined || until <= now) return [];
    return [
      `${change.address} was rotated, and apply refuses to take its overlap away before that ends at ${describeMoment(until * 1000)}.`,
    ];
  });
}

/** What a rotation will do to consumers here, where that is not what the manifests ask for. */
export function gapNotices({ desired: { clients }, actual }: Omit<NoticeInput, 'now'>): string[] {
  const expectsOverlap = clients.some(
    ({ auth, credential: { rotate, deliver } }) => deliver !== false && rotate.overlap > 0 && isServers(auth),
  );
  if (!expectsOverlap) return [];
  if (actual.overlaps === 'unknown') {
    return [
      'Whether the previous secret stays valid after a rotation is not known here: this account may not read the features of the server.',
    ];
  }
  if (actual.overlaps !== 'unsupported') return [];
  const why = actual.overlapsWhy === undefined ? '' : `: ${actual.overlapsWhy}`;
  return [
    `No overlap here${why}, so a rotation cuts off every consumer that has not read the new secret. Consumers must read again when they are refused. (With overlap: 0s the manifests say that this is meant${actual.noGapWith === undefined ? '' : `; there is no gap with ${actual.noGapWith}`}.)`,
  ];
}

/** Whether the server ends the overlaps of clients that authenticate so. */
function isServers(auth: DesiredClient['auth']): boolean {
  return methodFor(auth).rotation?.overlapEndedBy === 'server';
}

/** Of clients that are rotated though their previous secret is still accepted: that ends with it. */
export function endingNotices(
  names: readonly string[],
  { actual, now }: Pick<NoticeInput, 'actual' | 'now'>,
): string[] {
  const objects = objectsByAddress(actual);
  const ending = names.filter((name) => {
    const credential = objects.get(addressOf('Client', name))?.credential;
    return credential !== undefined && isInOverlap(credential, now);
  });
  return ending.length === 0
    ? []
    : [`${wordInOverlap(ending)}: the previous credential, which is still accepted, ends at once.`];
}

export function wordInOverlap(clients: readonly string[]): string {
  return clients.length === 1
    ? `${clients[0]} is in the overlap of its last rotation`
    : `${clients.length} clients are in the overlap of their last rotation`;
}

/** Of clients that nobody named, and that are left out while they are disabled. */
export function disabledNotices(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const [are, they] = names.length === 1 ? ['is', 'it is'] : ['are', 'they are'];
  return [
    `${nameSome(names, MOST_NAMED)} ${are} disabled and left out: nothing would show that another credential works. Rotate once ${they} enabled (spec.state); --revoke-now replaces what leaked.`,
  ];
}

/** Clients whose credential is older than their policy allows, the oldest first. */
function overdueNotices({ desired, actual, now }: NoticeInput): string[] {
  const overdue = findOverdue({ desired, actual, now });
  const [first] = overdue;
  if (first === undefined) return [];
  const { name: target } = desired.target;
  if (overdue.length === 1) {
    const { client, age } = first;
    const which = `${client.name}, ${daysOf(age)} (limit ${limitOf(client)})`;
    return [`1 credential is overdue: ${which}. Rotate it with: grantry rotate -t ${target} ${client.name}`];
  }
  const named = nameSome(
    overdue.map(({ client, age }) => `${client.name} (${daysOf(age)})`),
    MOST_NAMED,
  );
  return [`${overdue.length} credentials are overdue: ${named}. Rotate them with: grantry rotate -t ${target} --due`];
}

/** Of credentials that grantry replaces nothing of: its owner must. */
function guessableNotices({ desired, actual }: NoticeInput): string[] {
  const objects = objectsByAddress(actual);
  const found = desired.clients.filter((client) => {
    const object = objects.get(addressOf('Client', client.name));
    return object?.credential?.guessable === true && isKeptByOwner(client, object);
  });
  if (found.length === 0) return [];
  const named = nameSome(
    found.map(({ name }) => name),
    MOST_NAMED,
  );
  return [
    `Anybody can guess the secret of ${named}, and grantry does not replace it (credential.deliver: false): take that out, and apply replaces it at once.`,
  ];
}

interface Overdue {
  readonly client: DesiredClient;
  /** Seconds. */
  readonly age: number;
}

function findOverdue({ desired, actual, now }: NoticeInput): Overdue[] {
  const objects = objectsByAddress(actual);
  const overdue: Overdue[] = [];
  for (const client of desired.clients) {
    const object = objects.get(addressOf('Client', client.name));
    // One that anybody can guess is a change of the plan already.
    if (object?.credential === undefined || !isOurs(object) || object.credential.guessable === true) continue;
    // What is disabled is not rotated before it is enabled.
    if (client.state === 'disabled') continue;
    if (isHeldByWorkload(client.auth) || isKeptByOwner(client, object)) continue;
    const [made, due] = [madeAt(object.credential), dueAt(client.credential.rotate, object.credential)];
    if (made !== undefined && due !== undefined && now > due) overdue.push({ client, age: now - made });
  }
  return overdue.toSorted((left, right) => right.age - left.age || (left.client.name < right.client.name ? -1 : 1));
}

/** In days where those of the age are meant too. */
function limitOf({ credential: { rotate } }: DesiredClient): string {
  return rotate.every % DAY === 0 ? String(rotate.every / DAY) : daysOf(rotate.every);
}
