import { nameOf } from '../model/address.ts';
import type { Json } from '../model/json.ts';
import type { Change, FieldChange, Op, Plan } from '../model/plan.ts';
import { fieldChanges, sameJson } from '../plan/field-changes.ts';
import { describeValue, type ChangeLine } from './change-line.ts';
import { deliveryLine, retirementLine } from './delivery-line.ts';
import { scopeLines } from './scope-lines.ts';
import { introspectedApis, introspectionIn } from './introspection.ts';
import { DELIVERY_REASONS, labelOf } from './words.ts';

/** A change as its reviewer reads it: the same lines in text and in Markdown. */
export interface ChangeView {
  readonly change: Change;
  readonly fields: readonly FieldChange[];
  readonly widens: boolean;
  /** Apis of the same plan that will introspect tokens with this new client. */
  readonly introspects: readonly string[];
}

/**
 * The changes of a plan, the most dangerous first: deletes, then what widens access of something that exists, then
 * what is created with access; after them what is taken over, changed, delivered and created without access.
 * Within one rank the order of the plan stays.
 */
export function viewChanges(plan: Plan): ChangeView[] {
  const introspection = introspectionIn(plan);
  const ranked = plan.changes.map((change) => {
    const fields = fieldChanges(change);
    const widens = fields.some((field) => field.widens);
    return {
      change,
      fields,
      widens,
      introspects: introspectedApis(change, introspection),
      rank: rankOf(change.op, widens),
    };
  });
  return ranked.toSorted((left, right) => left.rank - right.rank);
}

/**
 * Why a change is there, as far as it does not go without saying: that something new is declared, or that something
 * is not as declared, its lines show.
 */
export function reasonOf(change: Change): string {
  if (change.op === 'deliver') return DELIVERY_REASONS[change.delivery.reason];
  return change.op === 'delete' || change.op === 'adopt' ? change.reason : '';
}

const CALM_RANKS: Readonly<Record<Op, number>> = { delete: 0, adopt: 3, update: 4, deliver: 5, create: 6 };

function rankOf(op: Op, widens: boolean): number {
  if (op === 'delete' || !widens) return CALM_RANKS[op];
  return op === 'create' ? 2 : 1;
}

/** The lines under a change, the weightiest first. JSON has every field; these leave out what tells a reviewer nothing. */
export function linesOf({ change, fields, introspects }: ChangeView): ChangeLine[] {
  const told = withoutRepeatedRoles(fields.filter((field) => isTelling(change, field)));
  const plain = told.filter(({ path }) => !(path[0] === 'scopes' && path.length === 3)).toSorted(byWeight);
  return [
    ...scopeLines(change, told),
    ...plain.flatMap((field) => lineOf(change.op, field)),
    ...introspects.map((api) => ({
      label: 'introspects',
      value: { kind: 'value' as const, text: api },
      widens: false,
    })),
    ...(change.op === 'delete' ? retirementLine(change) : deliveryLine(change)),
  ];
}

function lineOf(op: Op, field: FieldChange): ChangeLine[] {
  const value = describeValue(op, field);
  if (value === undefined) return [];
  const note = field.note === undefined ? {} : { note: field.note };
  return [{ label: labelOf(field.path), value, widens: field.widens, ...note }];
}

/** What every new client has: told only where it is otherwise. */
const EXPECTED: Readonly<Record<string, Json>> = {
  enabled: true,
  'flows serviceAccount': true,
  authenticator: 'client-secret',
  auth: 'client_secret_basic',
};
/** Told by the head of the change, or by the manifest beside it. */
const SILENT_ON_CREATE = new Set(['stack', 'name', 'owner', 'description', 'labels']);
/** The mark itself: that an adopted object gets one goes without saying. */
const MARK = new Set(['stack', 'name', 'owner']);
const TOLD_ON_DELETE = new Set(['access', 'roles', 'scopes']);

function isTelling(change: Change, { path, before, after, widens, note }: FieldChange): boolean {
  const [head = ''] = path;
  if (change.op === 'adopt' && MARK.has(head)) return before !== null && before !== undefined;
  if (change.op === 'delete') return TOLD_ON_DELETE.has(head);
  if (change.op !== 'create' || widens || note !== undefined || head === 'scopes') return true;
  if (SILENT_ON_CREATE.has(head)) return false;
  if (head === 'clientId') return after !== nameOf(change.address);
  const expected = EXPECTED[path.join(' ')];
  if (expected !== undefined) return after !== expected;
  return !(after === undefined || after === null || after === false || after === '' || sameJson(after, []));
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
  'scopeMappings',
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
