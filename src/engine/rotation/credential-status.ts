import pLimit from 'p-limit';
import { isHeldByWorkload } from '../../credentials/registry.ts';
import { isFinished, readIntent } from './rotation-intent.ts';
import { addressOf, nameOf } from '../../model/address.ts';
import type { ClientState, DesiredClient } from '../../model/desired.ts';
import type { CredentialStatus } from '../../model/report.ts';
import { dueAt, isInOverlap, isDeliveryOutdated, madeAt } from '../../model/rotation.ts';
import { isDisabled, isOurs, objectsByAddress, ownerPhrase } from '../../model/state.ts';
import { isKeptByOwner } from '../plan/undelivered.ts';
import type { ActualObject } from '../../model/state.ts';
import type { Store, StoreEntry, StoreMark } from '../../stores/store.ts';
import { versionsAt } from './rotation-place.ts';
import type { RotationSurvey } from './survey-rotations.ts';

const LOOKS_IN_FLIGHT = 8;

/** Every declared client's credential, the most urgent first. No secret is read; the store is asked once for each. */
export async function credentialStatus(
  { desired, actual }: RotationSurvey,
  store: Pick<Store, 'inspect' | 'locate' | 'capabilities'>,
  now: number,
): Promise<CredentialStatus[]> {
  const objects = objectsByAddress(actual);
  const limit = pLimit(LOOKS_IN_FLIGHT);
  const statuses = await Promise.all(
    desired.clients.map(async (client) => {
      const object = objects.get(addressOf('Client', client.name));
      const path = object === undefined ? undefined : pathHere(object, store);
      const entry = path === undefined ? undefined : await limit(() => store.inspect(path));
      const place = path === undefined ? undefined : store.locate(path);
      const keepsVersions = versionsAt(entry, store.capabilities);
      return statusOf(client, object, { entry, place, keepsVersions }, now);
    }),
  );
  return statuses.toSorted(byUrgency);
}

interface Found {
  readonly place: string | undefined;
  readonly entry: StoreEntry | undefined;
  readonly keepsVersions: number | undefined;
}

/** The path of its document, if that lies in this store. */
function pathHere(object: ActualObject, store: Pick<Store, 'locate'>): string | undefined {
  const delivered = object.credential?.delivered;
  return isOurs(object) && delivered !== undefined && store.locate(delivered.path) === delivered.place
    ? delivered.path
    : undefined;
}

function statusOf(
  client: DesiredClient,
  object: ActualObject | undefined,
  found: Found,
  now: number,
): CredentialStatus {
  const {
    name,
    owner,
    state,
    auth,
    credential: { rotate },
  } = client;
  const isKept = object !== undefined && isOurs(object) && isKeptByOwner(client, object);
  const { place, entry } = found;
  const credential = object !== undefined && isOurs(object) ? object.credential : undefined;
  const hasAge = credential !== undefined && !isHeldByWorkload(auth);
  const made = hasAge ? madeAt(credential) : undefined;
  const due = hasAge && !isKept && state === 'enabled' ? dueAt(rotate, credential) : undefined;
  const inOverlap = credential !== undefined && isInOverlap(credential, now);
  return {
    address: addressOf('Client', name),
    owner,
    state,
    place,
    storeVersion: entry === undefined || entry.version === 0 ? undefined : entry.version,
    madeAt: toIso(made),
    age: made === undefined ? undefined : Math.max(0, now - made),
    dueAt: toIso(due),
    overdue: due !== undefined && due < now,
    overlapUntil: inOverlap ? toIso(credential.previousUntil) : undefined,
    refusedFrom: toIso(credential?.expiresAt),
    remarks: [
      ...stateRemarks(state, object),
      ...(isKept ? keptRemarks(object) : remarksOf(object, found, now)),
      ...limitRemarks(found, isHeldByWorkload(auth) ? 0 : rotate.overlap),
    ],
  };
}

function keptRemarks({ credential, unreadable = [] }: ActualObject): string[] {
  return [
    ...unreadable,
    'its owner keeps it: not delivered, and not rotated (credential.deliver: false)',
    ...(credential?.guessable === true ? ['anybody can guess its secret'] : []),
  ];
}

/** Where the provider has it otherwise than declared. */
function stateRemarks(state: ClientState, object: ActualObject | undefined): string[] {
  if (object === undefined || !isOurs(object) || isDisabled(object) === (state === 'disabled')) return [];
  return state === 'disabled'
    ? ['it is still enabled at the provider: grantry apply disables it']
    : ['it is disabled at the provider: grantry apply enables it'];
}

function remarksOf(
  object: ActualObject | undefined,
  { place, entry }: Pick<Found, 'place' | 'entry'>,
  now: number,
): string[] {
  if (object === undefined) return ['it does not exist yet: grantry apply creates it'];
  if (!isOurs(object)) return [`it ${ownerPhrase(object)}`];
  const { credential } = object;
  const { unreadable = [] } = object;
  if (credential === undefined || place === undefined)
    return [...unreadable, 'never delivered to this store: grantry apply delivers it'];
  const noted = entry?.mark === undefined ? undefined : readIntent(entry.mark);
  const intent = noted === undefined || isFinished(noted, credential) ? undefined : noted;
  const { expiresAt } = credential;
  return [
    ...unreadable,
    ...placeRemarks(object, { place, entry }),
    ...(intent === undefined
      ? []
      : [`a rotation begun at ${intent.begun} was cut off: the next grantry rotate of it finishes it`]),
    ...(intent === undefined && isDeliveryOutdated(credential)
      ? ['its credential was changed at the provider since it was delivered: grantry apply delivers it']
      : []),
    ...(credential.guessable === true ? ['anybody can guess its secret: grantry apply replaces it at once'] : []),
    ...(credential.previousGuessable === true
      ? ['anybody can guess its previous secret: grantry apply ends its overlap']
      : []),
    ...(object.credential?.identity === undefined
      ? []
      : [`its workload logs in as ${object.credential.identity.subject}: there is nothing to rotate`]),
    ...(madeAt(credential) === undefined && credential.identity === undefined
      ? ['nobody knows how old it is: the next rotate --due rotates it']
      : []),
    ...(expiresAt !== undefined && expiresAt < now ? ['the provider refuses it already: rotate it'] : []),
  ];
}

/** What lies at its place, if it is not the client's document with its mark. */
function placeRemarks(object: ActualObject, { place, entry }: Pick<Found, 'place' | 'entry'>): string[] {
  if (entry === undefined) return [`nothing lies at ${place}: grantry apply delivers it again`];
  // No listing shows that the latest version was destroyed, so a plan sees it only where it reads every document.
  if (!entry.readable) return [`nothing can be read at ${place}: grantry apply --check-store delivers it again`];
  const { mark } = entry;
  if (mark === undefined) {
    return [
      `the document at ${place} has lost grantry's mark: the next rotate of it, or grantry apply --check-store, sets it again`,
    ];
  }
  if (!isOurMark(mark, object))
    return [`${place} holds the document of the client ${mark.client} of the stack ${mark.stack}`];
  return mark.state === 'active'
    ? []
    : [
        `the document at ${place} is marked as retired: the next rotate of it, or grantry apply --check-store, corrects that`,
      ];
}

/** Under whatever name the client was delivered. */
function isOurMark(mark: StoreMark, { address, fields }: ActualObject): boolean {
  return fields['stack'] === mark.stack && (mark.client === nameOf(address) || mark.client === fields['name']);
}

/** What the store does to the document by itself. */
function limitRemarks({ place, entry, keepsVersions }: Found, overlap: number): string[] {
  const { vanishesAt, limits: { vanishing } = {} } = entry ?? {};
  return [
    ...(vanishesAt === undefined
      ? []
      : [`the store is going to delete ${place} at ${vanishesAt}: write it anew once that is switched off`]),
    ...(vanishing === undefined
      ? []
      : [`the store would delete what is written to ${place}, ${vanishing.after} after it: apply and rotate refuse`]),
    ...(entry !== undefined && keepsVersions === 1 && overlap > 0
      ? [`${place} keeps one version only: after a rotation no version holds the previous secret`]
      : []),
  ];
}

function byUrgency(left: CredentialStatus, right: CredentialStatus): number {
  const [a, b] = [left.dueAt ?? '', right.dueAt ?? ''];
  if (a !== b) return a < b ? -1 : 1;
  return left.address < right.address ? -1 : 1;
}

function toIso(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1000).toISOString();
}
