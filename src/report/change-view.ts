import { sameJson } from '../model/json.ts';
import { isKind, nameOf } from '../model/address.ts';
import type { Change, FieldChange, Op, Plan } from '../model/plan.ts';
import { leafDifferences } from '../plan/field-changes.ts';
import { movesLogin, widens } from '../plan/widening.ts';
import { describeValue, type ChangeLine } from './change-line.ts';
import { deliveryLines, retirementLine } from './delivery-line.ts';
import { scopeLines } from './scope-lines.ts';
import { tellingFields } from './telling-fields.ts';
import { introspectedApis, introspectionIn } from './introspection.ts';
import { DELIVERY_REASONS, labelOf } from './words.ts';

/** A change as its reviewer reads it: the same lines in text and in Markdown. */
export interface ChangeView {
  readonly change: Change;
  readonly widens: boolean;
  /** Apis of the same plan that will introspect tokens with this new client. */
  readonly introspects: readonly string[];
  /** A conflict is about this very object. */
  readonly refused: boolean;
}

/**
 * The changes of a plan, the most dangerous first: deletes, then what widens access of something that exists, then
 * what is created with access; after them what is taken over, changed, delivered and created without access.
 * Within one rank the order of the plan stays.
 */
export function viewChanges(plan: Plan): ChangeView[] {
  const introspection = introspectionIn(plan);
  const conflicting = new Set(plan.conflicts.map(({ address }) => address));
  const ranked = plan.changes.map((change) => {
    const refused = conflicting.has(change.address);
    const widening = widensAccess(change);
    const introspects = introspectedApis(change, introspection);
    return { change, widens: widening, introspects, refused, rank: rankOf(change.op, widening) };
  });
  return ranked.toSorted((left, right) => left.rank - right.rank);
}

/** Of an overlap that is set up or goes. */
function overlapLines({ address, op }: Change): ChangeLine[] {
  if (!isKind(address, 'Rotation') || (op !== 'create' && op !== 'delete')) return [];
  const text = `the previous secret stays valid for ${nameOf(address)} after a rotation`;
  return [{ label: op === 'create' ? 'from now on' : 'no more', value: { kind: 'value', text }, widens: false }];
}

function widensAccess(change: Change): boolean {
  if (change.op === 'delete') return false;
  if (movesLogin(change.delivery)) return true;
  if (change.op === 'deliver') return false;
  if (Object.keys(change.foreign ?? {}).length > 0) return true;
  // Not kept: the fields of 100,000 changes at once would fill the memory.
  return leafDifferences('before' in change ? change.before : undefined, change.after).some(widens);
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
  if (change.op === 'deliver') return DELIVERY_REASONS[change.delivery.reason];
  return change.op === 'delete' || change.op === 'adopt' ? change.reason : '';
}

const CALM_RANKS: Readonly<Record<Op, number>> = { delete: 0, adopt: 3, update: 4, deliver: 5, create: 6 };

function rankOf(op: Op, widens: boolean): number {
  if (op === 'delete' || !widens) return CALM_RANKS[op];
  return op === 'create' ? 2 : 1;
}

/** The lines under a change, the weightiest first. JSON has every field; these leave out what tells a reviewer nothing. */
export function linesOf({ change, introspects }: ChangeView): ChangeLine[] {
  const told = withoutRepeatedRoles(tellingFields(change));
  const plain = told.filter(({ path }) => !(path[0] === 'scopes' && path.length === 3)).toSorted(byWeight);
  return [
    ...overlapLines(change),
    ...scopeLines(change, told),
    ...plain.flatMap((field) => lineOf(change.op, field)),
    ...introspects.map((api) => ({
      label: 'introspects',
      value: { kind: 'value' as const, text: api },
      widens: false,
    })),
    ...(change.op === 'delete' ? retirementLine(change) : deliveryLines(change)),
  ];
}

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
  'access',
  'audience',
  'introspectedBy',
  'roles',
  'roleParts',
  'groups',
  'scopeMappings',
  'serviceAccount',
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
