import type { Plan } from '../model/plan.ts';
import { renderPlanText } from './plan-text.ts';
import type { Style } from './style.ts';

export { makeStyle, type Style } from './style.ts';

export type ReportFormat = 'text' | 'json' | 'markdown';

export interface RenderOptions {
  readonly format: ReportFormat;
  readonly style: Style;
}

export interface PlanRenderOptions extends RenderOptions {
  /** Lines that belong beside the plan, such as overdue rotations. They are not part of it. */
  readonly notices?: readonly string[];
}

/** What a plan says, ending with a line break. */
export function renderPlan(plan: Plan, { style, notices = [] }: PlanRenderOptions): string {
  return renderPlanText(plan, style, notices);
}
