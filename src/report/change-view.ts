import { sameJson } from '../model/json.ts';
import { isKind, nameOf } from '../model/address.ts';
import type { Change, FieldChange, Op, Plan } from '../model/plan.ts';
import { dangersOf, rankOf } from '../engine/plan/danger.ts';
import type { Danger } from '../engine/plan/danger.ts';
import { alarmOf, describeValue, type ChangeLine } from './change-line.ts';
import { deliveryLines, retirementLine } from './delivery-line.ts';
import { scopeLines } from './scope-lines.ts';
import { tellingFields } from './telling-fields.ts';
import { introspectedApis, introspectionIn } from './introspection.ts';
import { DELIVERY_REASON_WORDS, count, labelOf, thousands } from './words.ts';

/** A change as its reviewer reads it: the same lines in text and in Markdown. */
export interface ChangeView {
  readonly change: Change;
  readonly widens: boolean;
  /** The worst first. */
  readonly dangers: readonly Danger[];
  /** Other owners in whose folder of the store its secret comes to lie. */
  readonly folderOf: readonly string[];
  /** Clients outside the stack that it concerns. */
  readonly holders: readonly string[];
  /** Apis of the same plan that will introspect tokens with this new client. */
  readonly introspects: readonly string[];
  /** A conflict is about this very object. */
  readonly refused: boolean;
}

/** The changes of a plan, the most dangerous first; within one rank the order of the plan stays. */
export function viewChanges(plan: Plan): ChangeView[] {
  const { review } = plan;
  const introspection = introspectionIn(plan);
  const conflicting = new Set(plan.conflicts.map(({ address }) => address));
  const ranked = plan.changes.map((change) => {
    const refused = conflicting.has(change.address);
    const dangers = dangersOf(change, review);
    return {
      change,
      dangers,
      widens: dangers.includes('widens'),
      folderOf: review?.foreignFolders[change.address] ?? [],
      holders: review?.foreignHolders[change.address] ?? [],
      introspects: introspectedApis(change, introspection),
      refused,
      rank: rankOf(change.op, dangers),
    };
  });
  return ranked.toSorted((left, right) => left.rank - right.rank);
}

/** Of an overlap that is set up or goes. */
function overlapLines({ address, op }: Change): ChangeLine[] {
  if (!isKind(address, 'Rotation') || (op !== 'create' && op !== 'delete')) return [];
  const text = `the previous secret stays valid for ${nameOf(address)} after a rotation`;
  return [{ label: op === 'create' ? 'from now on' : 'no more', value: { kind: 'value', text }, widens: false }];
}

/**
 * Why a change is there, as far as it does not go without saying: that something new is declared, or that something
 * is not as declared, its lines show. Of one that a conflict is about, that it will not be done comes first.
 */
export function reasonOf({ change, refused }: ChangeView): string {
  const why = reasonInWords(change);
  return refused ? ['refused, see above', why].filter((part) => part !== '').join(': ') : why;
}

function reasonInWords(change: Change): string {
  if (change.op === 'deliver') return DELIVERY_REASON_WORDS[change.delivery.reason];
  return change.op === 'delete' || change.op === 'adopt' ? change.reason : '';
}

/** The lines under a change, the weightiest first. JSON has every field; these leave out what tells a reviewer nothing. */
export function linesOf(view: ChangeView): ChangeLine[] {
  const lines = allLines(view);
  // What is marked comes first: the rest may be cut.
  return [...lines.filter((line) => alarmOf(line) !== ''), ...lines.filter((line) => alarmOf(line) === '')];
}

function allLines({ change, widens, introspects, folderOf, holders }: ChangeView): ChangeLine[] {
  const told = withoutRepeatedRoles(tellingFields(change));
  const plain = told.filter(({ path }) => !(path[0] === 'scopes' && path.length === 3)).toSorted(byWeight);
  return [
    ...overlapLines(change),
    ...holderLine(holders, widens),
    ...scopeLines(change, told),
    ...plain.flatMap((field) => lineOf(change.op, field)),
    ...introspects.map((api) => ({
      label: 'introspects',
      value: { kind: 'value' as const, text: api },
      widens: false,
    })),
    ...(change.op === 'delete' ? retirementLine(change) : deliveryLines(change, folderOf)),
  ];
}

/** Of a scope that clients outside the stack hold: what becomes of it becomes of their tokens. */
function holderLine(holders: readonly string[], widens: boolean): ChangeLine[] {
  if (holders.length === 0) return [];
  const more = holders.length > MOST_HOLDERS ? ` and ${thousands(holders.length - MOST_HOLDERS)} more` : '';
  const text = `${holders.slice(0, MOST_HOLDERS).join(', ')}${more}`;
  const alarm = `${count(holders.length, 'client')} outside this stack`;
  return [{ label: 'held by', value: { kind: 'value', text }, widens, alarm }];
}

const MOST_HOLDERS = 5;

function lineOf(op: Op, field: FieldChange): ChangeLine[] {
  const value = describeValue(op, field);
  if (value === undefined) return [];
  const note = field.note === undefined ? {} : { note: field.note };
  return [{ label: labelOf(field.path), value, widens: field.widens, ...note }];
}

/** Keycloak wants a declared role twice, as a role and as a scope mapping: one line tells both. */
function withoutRepeatedRoles(fields: readonly FieldChange[]): FieldChange[] {
  const roles = new Map(fields.flatMap((field) => (field.path[0] === 'roles' ? [[tail(field), field]] : [])));
  return fields.filter((field) => {
    const twin = field.path[0] === 'scopeMappings' ? roles.get(tail(field)) : undefined;
    return !(twin && sameJson(twin.before, field.before) && sameJson(twin.after, field.after));
  });
}

function tail({ path }: FieldChange): string {
  return JSON.stringify(path.slice(1));
}

const WEIGHTS = [
  'roles',
  'roleParts',
  'groups',
  'scopeMappings',
  'serviceAccount',
  'access',
  'audience',
  'introspectedBy',
  'otherScopes',
  'tokenLifetime',
  'auth',
];
const LIGHT = ['attributes', 'labels', 'description', 'owner', 'name', 'stack'];

function byWeight(left: FieldChange, right: FieldChange): number {
  return (
    weightOf(left) - weightOf(right) || compare(left.path[1], right.path[1]) || compare(right.path[2], left.path[2])
  );
}

function weightOf({ path: [head = ''] }: FieldChange): number {
  const heavy = WEIGHTS.indexOf(head);
  return heavy >= 0 ? heavy : WEIGHTS.length + 1 + LIGHT.indexOf(head);
}

function compare(left = '', right = ''): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
