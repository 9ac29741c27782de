import { GrantryError } from '../../model/errors.ts';
import type { ProofCheck } from '../../model/report.ts';
import type { IssuedCredential } from '../../providers/provider.ts';
import type { StoreCapabilities, StoreEntry, StoreMark } from '../../stores/store.ts';
import { refuseVanishing } from '../places/check-place.ts';
import { isHeldBy } from '../places/credential-holder.ts';
import { readWhole } from '../places/stored-credential.ts';
import type { StoredCredential } from '../places/stored-credential.ts';
import { lostMark, occupantOf } from '../places/whose-document.ts';
import type { Occupant } from '../places/whose-document.ts';
import type { RotationIntent } from './rotation-intent.ts';
import type { RotationPorts, RotationSubject } from './subject.ts';

/** The place of the document, and what lies there. */
export interface Place {
  readonly mark: StoreMark;
  readonly version: number;
  /** Undefined also for a document that is none. */
  readonly stored: StoredCredential | undefined;
  /** Undefined: as many as anybody needs. */
  readonly keepsVersions: number | undefined;
}

/** The place of a client's document, as a rotation may write to it; throws where it may not. */
export async function lookAt(subject: RotationSubject, ports: RotationPorts): Promise<Place> {
  const { store } = ports;
  const { path, place } = subject.delivered;
  const [entry, stored] = [await store.inspect(path), await readWhole(store, path)];
  await refuseVanishing(place, entry, store);
  const occupant = occupantOf(entry, { stack: ports.stack, client: subject.name });
  const mark = await markOf(occupant, stored, subject, ports);
  return { mark, version: entry?.version ?? 0, stored, keepsVersions: await versionsKept(entry, store) };
}

/** The mark of the document. One that is lost is set again: the client's mark at the provider names this place. */
async function markOf(
  occupant: Occupant,
  stored: StoredCredential | undefined,
  { name, owner, id, method, delivered: { path, place } }: RotationSubject,
  { store, stack, provider }: RotationPorts,
): Promise<StoreMark> {
  const { kind } = occupant;
  if (kind === 'client' && occupant.mark.state === 'active') return occupant.mark;
  const isUnmarked = kind === 'nobody' || kind === 'unmarked';
  const isLost = isUnmarked && stored !== undefined;
  // A delete that was cut off retired it, or another tool took the mark off.
  if (kind === 'client' || (isLost && (await isHeldBy((readHeld) => method.read(id, provider, readHeld), stored)))) {
    const mark: StoreMark = { stack, client: name, owner, state: 'active' };
    await store.mark(path, mark);
    return mark;
  }
  if (isLost) throw lostMark(place, name);
  const whose = isUnmarked
    ? 'nothing that grantry wrote'
    : `the document of ${occupant.mark.client}, ${occupant.mark.state}`;
  throw new GrantryError('CONFLICT', `${place} holds ${whose}`, {
    hint: `Run grantry apply first: it delivers the credential of ${name}, or says what is in the way.`,
  });
}

/** How many versions of a document consumers can read, as far as its place says; undefined: as many as anybody needs. */
export function versionsAt(entry: StoreEntry | undefined, { previous }: StoreCapabilities): number | undefined {
  if (previous === 'nowhere') return 1;
  return previous === 'version' ? entry?.limits?.keepsVersions : undefined;
}

async function versionsKept(entry: StoreEntry | undefined, store: RotationPorts['store']): Promise<number | undefined> {
  const { capabilities } = store;
  const ofPlace = versionsAt(entry, capabilities);
  return ofPlace === undefined && capabilities.previous === 'version' ? (await store.limits()).keepsVersions : ofPlace;
}

/** Whether the version from before will still be there, once the new document is the latest. */
export function isKept(
  { from }: RotationIntent,
  { keepsVersions }: Pick<Place, 'keepsVersions'>,
  latest: number,
): boolean {
  return keepsVersions === undefined || from > latest - keepsVersions;
}

/** The previous credential is accepted, and no version in the store holds it. */
export function previousLost(
  { delivered }: Pick<RotationSubject, 'delivered'>,
  intent: RotationIntent,
  place: Place,
  { issued, version }: { readonly issued: Pick<IssuedCredential, 'previousUntil'>; readonly version: number },
): ProofCheck[] {
  if (issued.previousUntil === undefined || intent.kind === 'revoke' || intent.from === 0) return [];
  if (isKept(intent, place, version)) return [];
  const claim = 'the version before can be read';
  return [{ claim, outcome: 'not-testable', detail: `${delivered.place} keeps ${place.keepsVersions} of them` }];
}
