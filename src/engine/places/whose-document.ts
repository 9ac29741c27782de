import { GrantryError } from '../../model/errors.ts';
import type { PlannedDelivery } from '../../model/plan.ts';
import type { StoreEntry, StoreMark } from '../../stores/store.ts';

/** Whose document is meant: a place may hold that of another client by now. */
export interface DocumentOwner {
  readonly stack: string;
  /** metadata.name. */
  readonly client: string;
}

/** Whose the document at a place is, as its mark says. */
export type Occupant =
  /** There is neither a document nor a mark. */
  | { readonly kind: 'nobody' }
  | { readonly kind: 'unmarked' }
  | { readonly kind: 'client' | 'other-client' | 'other-stack'; readonly mark: StoreMark };

export function occupantOf(entry: StoreEntry | undefined, { stack, client }: DocumentOwner): Occupant {
  if (entry === undefined || (entry.mark === undefined && entry.version === 0)) return { kind: 'nobody' };
  const { mark } = entry;
  if (mark === undefined) return { kind: 'unmarked' };
  if (mark.stack !== stack) return { kind: 'other-stack', mark };
  return { kind: mark.client === client ? 'client' : 'other-client', mark };
}

/** The mark of a document that is this client's own, under whatever name it had when it was delivered here. */
export function ownMark(
  occupant: Occupant,
  { alreadyDelivered }: Pick<PlannedDelivery, 'alreadyDelivered'>,
): StoreMark | undefined {
  const isOwn = occupant.kind === 'client' || (occupant.kind === 'other-client' && alreadyDelivered === true);
  return isOwn ? occupant.mark : undefined;
}

/** Whether a document lies there that consumers of this client may read. */
export function isInUse(entry: StoreEntry, owner: DocumentOwner): boolean {
  const occupant = occupantOf(entry, owner);
  return entry.readable && occupant.kind === 'client' && occupant.mark.state === 'active';
}

/** Something of somebody else at the place of a delivery. */
export interface Obstacle {
  readonly reason: string;
  readonly hint: string;
}

/** What is in the way of a delivery: nothing of somebody else is ever written over. */
export function obstacleTo(
  delivery: Pick<PlannedDelivery, 'place' | 'adopt' | 'alreadyDelivered'>,
  occupant: Occupant,
): Obstacle | undefined {
  if (occupant.kind === 'nobody' || ownMark(occupant, delivery) !== undefined) return undefined;
  if (occupant.kind === 'unmarked' && delivery.adopt === true) return undefined;
  if (occupant.kind === 'other-client' && occupant.mark.state === 'retired') return undefined;
  return {
    reason: `${delivery.place} holds ${describeOccupant(occupant)}`,
    hint: 'Set another spec.credential.path, or remove what lies there if nobody needs it.',
  };
}

function describeOccupant(occupant: Exclude<Occupant, { kind: 'nobody' }>): string {
  if (occupant.kind === 'unmarked') return 'a document that grantry did not write';
  const { client, stack } = occupant.mark;
  return `the document of the client ${client}${occupant.kind === 'other-stack' ? ` of the stack ${stack}` : ''}`;
}

/** The document at its place has no mark any more, and holds another credential than the client's. */
export function lostMark(place: string, client: string): GrantryError {
  return new GrantryError(
    'CONFLICT',
    `${place} has lost grantry's mark, and does not hold the credential that ${client} has now`,
    { hint: `See whose it is. To write over it: grantry apply --adopt Client/${client}` },
  );
}
