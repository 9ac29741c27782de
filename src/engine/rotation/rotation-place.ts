import { GrantryError } from '../../model/errors.ts';
import type { ProofCheck } from '../../model/report.ts';
import type { IssuedCredential } from '../../providers/provider.ts';
import { readWhole } from '../../stores/read-whole.ts';
import type { StoredDocument, StoreEntry, StoreMark } from '../../stores/store.ts';
import { holdsCredential, refuseVanishing } from '../apply/deliver.ts';
import type { RotationPorts, RotationSubject } from './rotate.ts';
import type { RotationIntent } from './rotation-intent.ts';

/** The place of the document, and what lies there. */
export interface Place {
  readonly mark: StoreMark;
  readonly version: number;
  /** Undefined also for a document that is none. */
  readonly stored: StoredDocument | undefined;
  /** Undefined: as many as anybody needs. */
  readonly keepsVersions: number | undefined;
}

/** The place of a client's document, as a rotation may write to it; throws where it may not. */
export async function lookAt(subject: RotationSubject, ports: RotationPorts): Promise<Place> {
  const { store, stack } = ports;
  const { name, delivered } = subject;
  const { path, place } = delivered;
  const [entry, stored] = [await store.inspect(path), await readWhole(store, path)];
  await refuseVanishing(place, entry, store);
  const found = entry?.mark;
  const isOurs = found?.stack === stack && found.client === name;
  if (isOurs && found.state === 'active') return { mark: found, ...(await placeOf(entry, stored, store)) };
  // Its client's mark at the provider names this place. A delete that was cut off retired it, or another tool took the mark off.
  if (isOurs || (found === undefined && (await isOwnDocument(stored, subject, ports)))) {
    const mark: StoreMark = { stack, client: name, owner: subject.owner, state: 'active' };
    await store.mark(path, mark);
    return { mark, ...(await placeOf(entry, stored, store)) };
  }
  if (found === undefined && stored !== undefined) {
    throw new GrantryError(
      'CONFLICT',
      `${place} has lost grantry's mark, and does not hold the credential that ${name} has now`,
      {
        hint: `See whose it is. To write over it: grantry apply --adopt Client/${name}`,
      },
    );
  }
  const whose = found === undefined ? 'nothing that grantry wrote' : `the document of ${found.client}, ${found.state}`;
  throw new GrantryError('CONFLICT', `${place} holds ${whose}`, {
    hint: `Run grantry apply first: it delivers the credential of ${name}, or tells what is in the way.`,
  });
}

async function isOwnDocument(
  stored: StoredDocument | undefined,
  { id }: RotationSubject,
  { provider }: RotationPorts,
): Promise<boolean> {
  return stored !== undefined && holdsCredential(stored, await provider.readCredential(id));
}

async function placeOf(
  entry: StoreEntry | undefined,
  stored: StoredDocument | undefined,
  store: RotationPorts['store'],
): Promise<Omit<Place, 'mark'>> {
  const keepsVersions = entry?.limits?.keepsVersions ?? (await store.limits()).keepsVersions;
  return { version: entry?.version ?? 0, stored, keepsVersions };
}

/** Whether the version from before will still be there, once the new document is the latest. */
export function isKept(
  { from }: RotationIntent,
  { keepsVersions }: Pick<Place, 'keepsVersions'>,
  latest: number,
): boolean {
  return keepsVersions === undefined || from > latest - keepsVersions;
}

/** The previous secret is accepted, and whoever looks for it in the store finds no version that holds it. */
export function previousLost(
  { delivered }: RotationSubject,
  intent: RotationIntent,
  place: Place,
  { issued, version }: { readonly issued: Pick<IssuedCredential, 'previousUntil'>; readonly version: number },
): ProofCheck[] {
  if (issued.previousUntil === undefined || intent.kind === 'revoke' || intent.from === 0) return [];
  if (isKept(intent, place, version)) return [];
  const claim = 'the version before can be read';
  return [{ claim, outcome: 'not-testable', detail: `${delivered.place} keeps ${place.keepsVersions} of them` }];
}
