import { isKind, nameOf } from '../../../model/address.ts';
import { count, nameSome } from '../../../model/text/counting.ts';
import type { FieldWords } from '../../../model/field-words.ts';
import { sameJson } from '../../../model/values/json.ts';
import type { Change, FieldChange, Op } from '../../../model/plan.ts';
import type { ChangeEntry, ChangeLine } from '../../page.ts';
import { DELIVERY_REASON_WORDS } from '../../words.ts';
import { deliveryLines, retirementLine } from './delivery-lines.ts';
import { describeValue, makeLine } from './line.ts';
import type { ReviewedChange } from './reviewed-change.ts';
import { isOfScope, scopeLines } from './scope-lines.ts';
import { shownFields } from './shown-fields.ts';

/** A change as its reviewer reads it. JSON has every field; the lines leave out what says nothing to a reviewer. */
export function changeEntry(reviewed: ReviewedChange, words: FieldWords): ChangeEntry {
  const { change, dangers } = reviewed;
  return {
    op: change.op,
    address: change.address,
    owner: change.owner,
    reason: reasonOf(reviewed),
    dangers,
    // Made when they are read: of ten thousand changes a comment has room for a hundred.
    get lines() {
      const lines = linesOf(reviewed, words);
      return [...lines.filter(({ alarm }) => alarm !== undefined), ...lines.filter(({ alarm }) => alarm === undefined)];
    },
  };
}

/**
 * Why a change is there, as far as it does not go without saying: that something new is declared, or that something
 * is not as declared, its lines show. Of one that a conflict is about, that it will not be done comes first.
 */
function reasonOf({ change, isRefused }: ReviewedChange): string {
  const why = reasonInWords(change);
  return isRefused ? ['refused, see above', why].filter((part) => part !== '').join(': ') : why;
}

function reasonInWords(change: Change): string {
  if (change.op === 'deliver') return DELIVERY_REASON_WORDS[change.delivery.reason];
  return change.op === 'delete' || change.op === 'adopt' ? change.reason : '';
}

function linesOf(reviewed: ReviewedChange, words: FieldWords): ChangeLine[] {
  const { change, introspects } = reviewed;
  const fields = withoutRepeated(shownFields(change, words), words);
  const others = fields.filter((field) => !isOfScope(field)).toSorted(byWeight(words));
  return [
    ...overlapLines(change),
    ...holderLine(reviewed),
    ...scopeLines(change, fields, words),
    ...others.flatMap((field) => fieldLine(change.op, field, words)),
    ...introspects.map((api) => makeLine({ label: 'introspects', value: { kind: 'value', text: api } })),
    ...(change.op === 'delete' ? retirementLine(change) : deliveryLines(change, reviewed)),
  ];
}

/** Of an overlap that is set up or goes. */
function overlapLines({ address, op }: Change): ChangeLine[] {
  if (!isKind(address, 'Rotation') || (op !== 'create' && op !== 'delete')) return [];
  const text = `the previous secret stays valid for ${nameOf(address)} after a rotation`;
  return [makeLine({ label: op === 'create' ? 'from now on' : 'no more', value: { kind: 'value', text } })];
}

/** Of a scope that clients outside the stack hold: what becomes of it becomes of their tokens. */
function holderLine({ outsideHolders, dangers }: ReviewedChange): ChangeLine[] {
  if (outsideHolders.length === 0) return [];
  return [
    makeLine({
      label: 'held by',
      value: { kind: 'value', text: nameSome(outsideHolders, MOST_HOLDERS) },
      widens: dangers.includes('widens'),
      alarm: `${count(outsideHolders.length, 'client')} outside this stack`,
    }),
  ];
}

const MOST_HOLDERS = 5;

function fieldLine(op: Op, field: FieldChange, words: FieldWords): ChangeLine[] {
  const value = describeValue(op, field, words);
  if (value === undefined) return [];
  return [
    makeLine({ label: words.labelOf(field.path), value, widens: field.widens, alarm: field.breaks, note: field.note }),
  ];
}

/** Where two fields hold the same, one line shows both. */
function withoutRepeated(fields: readonly FieldChange[], words: FieldWords): FieldChange[] {
  return fields.filter(({ path: [head = '', ...rest], before, after }) => {
    const repeated = words.describe([head])?.repeats;
    if (repeated === undefined) return true;
    const twin = fields.find(({ path }) => path[0] === repeated && sameJson(path.slice(1), rest));
    return !(twin && sameJson(twin.before, before) && sameJson(twin.after, after));
  });
}

/** The weightiest first. */
function byWeight(words: FieldWords): (left: FieldChange, right: FieldChange) => number {
  return ({ path: left }, { path: right }) =>
    words.weightOf(left) - words.weightOf(right) || compare(left[1], right[1]) || compare(right[2], left[2]);
}

function compare(left = '', right = ''): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
