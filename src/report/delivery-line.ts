import type { Change, DeleteChange } from '../model/plan.ts';
import type { ChangeLine } from './change-line.ts';
import { DELIVERY_REASONS } from './words.ts';

/** Where the credential goes, and why where that does not go without saying. */
export function deliveryLine(change: Exclude<Change, DeleteChange>): ChangeLine[] {
  const { delivery, op } = change;
  if (delivery === undefined) return [];
  const saysWhy = op === 'update' || op === 'adopt' || delivery.reason === 'in-use';
  const note = [
    ...(saysWhy ? [DELIVERY_REASONS[delivery.reason]] : []),
    ...(delivery.movedFrom === undefined ? [] : [`${delivery.movedFrom} is marked as retired`]),
  ].join('; ');
  const line: ChangeLine = { label: 'secret', value: { kind: 'place', text: delivery.place }, widens: false };
  return [note === '' ? line : { ...line, note }];
}

/** The credential that goes with its client. What becomes of the document is up to apply and its --purge-store. */
export function retirementLine({ delivered }: DeleteChange): ChangeLine[] {
  if (delivered === undefined) return [];
  return [{ label: 'secret', value: { kind: 'value', text: delivered.place }, widens: false, note: 'stops working' }];
}
