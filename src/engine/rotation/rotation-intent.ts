import { z } from 'zod';
import { isDeliveryOutdated, madeAt } from '../../model/rotation.ts';
import type { ActualCredential } from '../../model/state.ts';
import type { StoreMark } from '../../stores/store.ts';

/**
 * What a rotation that has begun is about. It lies in the mark of the document's place from before the first change
 * until after the last, so that any later run can finish what a crash left. Holds no secret.
 */
export interface RotationIntent {
  /** `revoke`: the previous secret is to be refused as soon as the new one works. */
  readonly kind: 'rotate' | 'revoke';
  /** ISO 8601. */
  readonly begun: string;
  /** The version of the document that was there; 0: none. */
  readonly from: number;
  /** When the secret was made that is to be replaced, in Unix seconds; null: nobody knows. */
  readonly was: number | null;
  /** The digest in the mark of the delivery that was there. */
  readonly facts: string;
}

const NOTE = 'rotation';

const schema = z.object({
  kind: z.enum(['rotate', 'revoke']),
  begun: z.iso.datetime(),
  from: z.number(),
  was: z.number().nullable(),
  facts: z.string(),
});

/** The intent in a mark; undefined when no rotation has begun, or its note cannot be read. */
export function readIntent({ notes }: StoreMark): RotationIntent | undefined {
  const text = notes?.[NOTE];
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The mark with the intent, or with undefined without one; its other notes stay. */
export function withIntent(mark: StoreMark, intent: RotationIntent | undefined): StoreMark {
  const { notes: { [NOTE]: _before, ...others } = {}, ...bare } = mark;
  const notes = intent === undefined ? others : { ...others, [NOTE]: JSON.stringify(intent) };
  return Object.keys(notes).length === 0 ? bare : { ...bare, notes };
}

/** The secret is another than it was when the intent was noted; who made it is not known, and does not matter. */
export function isIssued({ was }: RotationIntent, credential: ActualCredential): boolean {
  return (madeAt(credential) ?? null) !== was;
}

/** Only the note was left of it: the listing shows another secret than it was to replace, delivered. */
export function isFinished(intent: RotationIntent, credential: ActualCredential): boolean {
  return isIssued(intent, credential) && !isDeliveryOutdated(credential);
}
