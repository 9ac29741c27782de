import type { Change, Plan } from '../model/plan.ts';
import { fieldChanges } from '../engine/plan/field-changes.ts';
import { viewChanges, type ChangeView } from './change-view.ts';
import { printableJson } from './escape.ts';
import { countPlan } from './summary.ts';

/** A plan for programs: every field in full, the changes in the order of the text. */
export function renderPlanJson(plan: Plan, notices: readonly string[]): string {
  return `${printableJson(planDocument(plan, notices))}\n`;
}

/** A plan as the document that `renderPlanJson` writes. */
export function planDocument(plan: Plan, notices: readonly string[] = []): object {
  const views = viewChanges(plan);
  return {
    formatVersion: 1,
    kind: 'plan',
    target: plan.target,
    stack: plan.stack,
    provider: plan.provider,
    store: plan.store,
    selection: plan.selection,
    summary: {
      ...countPlan(views),
      letGo: plan.review?.letGo ?? [],
      conflicts: plan.conflicts.length,
      unchanged: plan.unchanged,
    },
    conflicts: plan.conflicts,
    guards: plan.guards,
    changes: views.map(changeEntry),
    notices,
  };
}

function changeEntry({ change, widens, dangers, holders, folderOf }: ChangeView): object {
  const { address, op, owner, reason, dependsOn } = change;
  return {
    address,
    op,
    ...('id' in change ? { id: change.id } : {}),
    owner,
    reason,
    widens,
    dangers,
    ...(holders.length === 0 ? {} : { heldOutside: holders }),
    ...(folderOf.length === 0 ? {} : { folderOf }),
    dependsOn,
    // A side that is undefined is left out: null is a value of its own.
    fields: fieldChanges(change),
    ...credentialEntry(change),
  };
}

function credentialEntry(change: Change): object {
  if (change.op === 'delete') return change.delivered === undefined ? {} : { delivered: change.delivered };
  return change.delivery === undefined ? {} : { delivery: change.delivery };
}
