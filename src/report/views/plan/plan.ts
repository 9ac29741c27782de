import { z } from 'zod';
import { DANGERS } from '../../../engine/plan/danger.ts';
import { fieldChanges } from '../../../engine/plan/field-changes.ts';
import { delivered, delivery } from '../../../engine/plan/saved/plan-schema.ts';
import type { FieldWords } from '../../../model/field-words.ts';
import type { Plan } from '../../../model/plan.ts';
import { countChanges } from '../../change-counts.ts';
import type { Data } from '../../view.ts';
import { defineView } from '../../view.ts';
import { reviewChanges } from './reviewed-change.ts';
import type { ReviewedChange } from './reviewed-change.ts';
import { originData } from '../parts/origin.ts';
import { planPage } from './plan-page.ts';
import { address, formatVersion, guard, op, origin, texts, total } from '../parts/schema-parts.ts';

/** A plan, and what stands beside it. */
export interface PlanResult {
  readonly plan: Plan;
  /** Lines that belong beside the plan, such as overdue rotations. They are not part of it. */
  readonly notices: readonly string[];
  /** How its fields are shown to people. */
  readonly words: FieldWords;
}

const danger = z.enum(DANGERS);

const field = z.strictObject({
  path: texts,
  before: z.json().optional().describe('Absent: was not there'),
  after: z.json().optional().describe('Absent: will not be there'),
  widens: z.boolean().describe('Gives somebody more power'),
  breaks: z.string().optional().describe('Whom it cuts off who does not change at the same moment'),
  note: z.string().optional(),
});

const change = z.strictObject({
  address,
  op,
  id: z.string().optional().describe("The provider's own id; absent for what is created"),
  owner: z.string(),
  reason: z.string(),
  widens: z.boolean().describe('Gives somebody more power'),
  dangers: z.array(danger).describe('Why a reviewer must not miss it, the worst first'),
  heldOutside: texts.optional().describe('Clients outside the stack that hold its scopes: their tokens change with it'),
  folderOf: texts.optional().describe('Other owners in whose folder of the store its credential comes to lie'),
  dependsOn: z.array(address),
  fields: z.array(field),
  delivery: delivery.optional().describe('The document that will be written to the store, without its secret'),
  delivered: delivered.optional().describe('The document that will be marked as retired'),
});

const selection = z.strictObject({
  only: texts.describe('As --only named it'),
  changedSince: z
    .strictObject({ ref: z.string(), commit: z.string() })
    .optional()
    .describe('What the manifests were compared with'),
  addresses: z.array(address).describe('Everything that was looked at'),
});

const summary = z.strictObject({
  create: total,
  update: total,
  adopt: total,
  deliver: total,
  delete: total,
  widening: total.describe('Changes that give somebody more power'),
  dangers: z.record(danger, total).describe('Changes of each dangerous kind'),
  letGo: z.array(address).describe("Apis with the stack's mark that manifests say another stack owns"),
  conflicts: total,
  unchanged: z.strictObject({ apis: total, clients: total }),
});

const planSchema = z
  .strictObject({
    formatVersion,
    kind: z.literal('plan'),
    ...origin,
    selection: selection.optional().describe('The part of the target that was looked at; absent: all of it'),
    summary,
    conflicts: z.array(z.strictObject({ address, reason: z.string(), hint: z.string() })),
    guards: z.array(z.strictObject({ guard, reason: z.string() })).describe('Guards that the plan breaks'),
    changes: z.array(change).describe('The most dangerous first'),
    notices: texts,
  })
  .meta({ id: 'plan' });

export const planView = defineView(planSchema)({ data: planData, page: planPage });

/** A plan for programs: every field in full, the changes in the order of the text. */
export function planData({ plan, notices, words }: PlanResult): Data<typeof planSchema> {
  const changes = reviewChanges(plan, words);
  const { dangers, ...counts } = countChanges(changes.map(({ change, ...rest }) => ({ op: change.op, ...rest })));
  return {
    formatVersion: 1,
    kind: 'plan',
    ...originData(plan),
    selection: plan.selection,
    summary: {
      ...counts,
      widening: dangers.widens,
      dangers,
      letGo: plan.review?.releasedApis ?? [],
      conflicts: plan.conflicts.length,
      unchanged: plan.unchanged,
    },
    conflicts: plan.conflicts,
    guards: plan.guards,
    changes: changes.map((it) => changeData(it, words)),
    notices,
  };
}

function changeData(
  { change: it, dangers, outsideHolders, folderOf }: ReviewedChange,
  words: FieldWords,
): Data<typeof change> {
  return {
    address: it.address,
    op: it.op,
    ...('id' in it ? { id: it.id } : {}),
    owner: it.owner,
    reason: it.reason,
    widens: dangers.includes('widens'),
    dangers,
    ...(outsideHolders.length === 0 ? {} : { heldOutside: outsideHolders }),
    ...(folderOf.length === 0 ? {} : { folderOf }),
    dependsOn: it.dependsOn,
    // A side that is undefined is left out: null is a value of its own.
    fields: fieldChanges(it, words),
    ...(it.op === 'delete' ? { delivered: it.delivered } : { delivery: it.delivery }),
  };
}
