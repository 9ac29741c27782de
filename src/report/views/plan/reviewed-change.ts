import { dangersOf, rankOf } from '../../../engine/plan/danger.ts';
import type { Danger } from '../../../engine/plan/danger.ts';
import type { FieldWords } from '../../../model/field-words.ts';
import type { Change, Plan } from '../../../model/plan.ts';
import { introspectedApis, introspectionIn } from './introspection.ts';

/** A change with what a reviewer must know of it. */
export interface ReviewedChange {
  readonly change: Change;
  /** The worst first. */
  readonly dangers: readonly Danger[];
  /** Other owners in whose folder of the store its credential comes to lie. */
  readonly folderOf: readonly string[];
  /** Clients outside the stack that it concerns. */
  readonly outsideHolders: readonly string[];
  /** Apis of the same plan that will introspect tokens with this new client. */
  readonly introspects: readonly string[];
  /** A conflict is about this very object. */
  readonly isRefused: boolean;
}

/** The changes of a plan, the most dangerous first; within one rank the order of the plan stays. */
export function reviewChanges(plan: Plan, words: FieldWords): ReviewedChange[] {
  const { review } = plan;
  const introspection = introspectionIn(plan);
  const conflicting = new Set(plan.conflicts.map(({ address }) => address));
  const ranked = plan.changes.map((change) => {
    const dangers = dangersOf(change, review, words);
    return {
      change,
      dangers,
      folderOf: review?.foreignFolders[change.address] ?? [],
      outsideHolders: review?.outsideHolders[change.address] ?? [],
      introspects: introspectedApis(change, introspection),
      isRefused: conflicting.has(change.address),
      rank: rankOf(change.op, dangers),
    };
  });
  return ranked.toSorted((left, right) => left.rank - right.rank);
}
