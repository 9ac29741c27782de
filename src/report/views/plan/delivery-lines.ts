import type { Danger } from '../../../engine/plan/danger.ts';
import { changedFacts } from '../../../engine/survey/document-facts.ts';
import type { ChangedFact } from '../../../engine/survey/document-facts.ts';
import type { Change, DeleteChange } from '../../../model/plan.ts';
import type { ChangeLine } from '../../page.ts';
import { DELIVERY_REASON_WORDS } from '../../words.ts';
import { makeLine } from './line.ts';

/** What of a delivery a reviewer must not miss. */
interface DeliveryReview {
  readonly dangers: readonly Danger[];
  /** Other owners in whose folder the document comes to lie. */
  readonly folderOf: readonly string[];
}

/**
 * Where the credential goes, why where that does not go without saying, and what the document says otherwise than before.
 */
export function deliveryLines(
  change: Exclude<Change, DeleteChange>,
  { dangers, folderOf }: DeliveryReview,
): ChangeLine[] {
  const { delivery, op } = change;
  if (delivery === undefined) return [];
  const saysWhy = op === 'update' || op === 'adopt' || delivery.reason === 'in-use';
  const note = [
    ...(saysWhy && delivery.reason !== 'moved' ? [DELIVERY_REASON_WORDS[delivery.reason]] : []),
    ...(delivery.reason === 'facts-changed' && delivery.factsBefore === undefined
      ? ['what it says now is not known']
      : []),
    ...(delivery.movedFrom === undefined ? [] : [`${delivery.leftPlace ?? delivery.movedFrom} is marked as retired`]),
    ...(delivery.lostMark === true && delivery.reason !== 'unmarked' ? ['the document there has lost its mark'] : []),
    ...(delivery.adopt === true && op !== 'adopt' ? ['the document there, which carries no mark, is taken over'] : []),
  ].join('; ');
  const alarm = [
    ...(dangers.includes('secret-moves') ? ['moves to another place'] : []),
    ...(dangers.includes('foreign-folder') ? [`folder of ${folderOf.join(', ')}`] : []),
  ].join(', ');
  const line = makeLine({ label: 'credential', value: { kind: 'place', text: delivery.place }, alarm, note });
  return [line, ...changedFacts(delivery).map(factLine)];
}

function factLine({ key, before, after, sendsElsewhere }: ChangedFact): ChangeLine {
  return makeLine({
    label: `document ${key}`,
    value: { kind: 'replaced', before: before === '' ? '(none)' : before, after: after === '' ? '(none)' : after },
    widens: sendsElsewhere,
    note: sendsElsewhere ? 'consumers log in at another server' : '',
  });
}

/** The credential that goes with its client. What becomes of the document is up to apply and its --purge-store. */
export function retirementLine({ delivered }: DeleteChange): ChangeLine[] {
  if (delivered === undefined) return [];
  return [makeLine({ label: 'credential', value: { kind: 'value', text: delivered.place }, note: 'stops working' })];
}
