import type { Change, DeleteChange } from '../model/plan.ts';
import { changedFacts } from '../engine/survey/document-facts.ts';
import type { ChangedFact } from '../engine/survey/document-facts.ts';
import { sendsElsewhere } from '../engine/plan/widening.ts';
import type { ChangeLine } from './change-line.ts';
import { DELIVERY_REASON_WORDS } from './words.ts';

/**
 * Where the credential goes, why where that does not go without saying, and what the document tells otherwise than before.
 * `folderOf`: other owners in whose folder that is.
 */
export function deliveryLines(change: Exclude<Change, DeleteChange>, folderOf: readonly string[]): ChangeLine[] {
  const { delivery, op } = change;
  if (delivery === undefined) return [];
  const saysWhy = op === 'update' || op === 'adopt' || delivery.reason === 'in-use';
  const facts = changedFacts(delivery);
  const note = [
    ...(saysWhy && delivery.reason !== 'moved' ? [DELIVERY_REASON_WORDS[delivery.reason]] : []),
    ...(delivery.reason === 'facts-changed' && delivery.told === undefined ? ['what it tells now is not known'] : []),
    ...(delivery.movedFrom === undefined ? [] : [`${delivery.movedFrom} is marked as retired`]),
    ...(delivery.lostMark === true && delivery.reason !== 'unmarked' ? ['the document there has lost its mark'] : []),
    ...(delivery.adopt === true && op !== 'adopt' ? ['the document there, which carries no mark, is taken over'] : []),
  ].join('; ');
  const line: ChangeLine = { label: 'secret', value: { kind: 'place', text: delivery.place }, widens: false };
  const alarm = [
    ...(delivery.reason === 'moved' ? ['moves to another place'] : []),
    ...(folderOf.length === 0 ? [] : [`folder of ${folderOf.join(', ')}`]),
  ].join(', ');
  const noted = { ...line, ...(alarm === '' ? {} : { alarm }), ...(note === '' ? {} : { note }) };
  return [noted, ...facts.map(factLine)];
}

function factLine(fact: ChangedFact): ChangeLine {
  const { key, before, after } = fact;
  const line: ChangeLine = {
    label: `document ${key}`,
    value: { kind: 'replaced', before: before === '' ? '(none)' : before, after: after === '' ? '(none)' : after },
    widens: sendsElsewhere(fact),
  };
  return line.widens ? { ...line, note: 'consumers send their secret to another server' } : line;
}

/** The credential that goes with its client. What becomes of the document is up to apply and its --purge-store. */
export function retirementLine({ delivered }: DeleteChange): ChangeLine[] {
  if (delivered === undefined) return [];
  return [{ label: 'secret', value: { kind: 'value', text: delivered.place }, widens: false, note: 'stops working' }];
}
