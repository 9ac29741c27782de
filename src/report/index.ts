import type { Plan } from '../model/plan.ts';
import type { ApplyReport, RotateReport, StatusReport, VerifyReport } from '../model/report.ts';
import { renderPlanJson } from './plan-json.ts';
import { renderPlanMarkdown } from './plan-markdown.ts';
import { renderPlanText } from './plan-text.ts';
import { renderApplyJson, renderVerifyJson } from './results-json.ts';
import { renderApplyMarkdown, renderVerifyMarkdown } from './results-markdown.ts';
import { renderApplyText, renderVerifyText } from './results-text.ts';
import { renderRotateJson, renderStatusJson } from './rotation-json.ts';
import { renderRotateMarkdown, renderStatusMarkdown } from './rotation-markdown.ts';
import { renderRotateText, renderStatusText } from './rotation-text.ts';
import type { Style } from './style.ts';

export { planDocument } from './plan-json.ts';
export { renderProgress } from './results-text.ts';
export { renderRotation } from './rotation-text.ts';
export { makeStyle, type Style } from './style.ts';

export type ReportFormat = 'text' | 'json' | 'markdown';

export interface RenderOptions {
  readonly format: ReportFormat;
  /** Text only: the others have no colours, and JSON and Markdown are UTF-8. */
  readonly style: Style;
}

export interface PlanRenderOptions extends RenderOptions {
  /** Lines that belong beside the plan, such as overdue rotations. They are not part of it. */
  readonly notices?: readonly string[];
}

/**
 * A plan in words, the most dangerous changes first, ending with a line break. Between the reports of several
 * targets belongs a blank line: in Markdown it is what ends the HTML of the one before.
 */
export function renderPlan(plan: Plan, { format, style, notices = [] }: PlanRenderOptions): string {
  if (format === 'json') return renderPlanJson(plan, notices);
  return format === 'markdown' ? renderPlanMarkdown(plan, notices) : renderPlanText(plan, style, notices);
}

/** What an apply did, ending with a line break. */
export function renderApply(report: ApplyReport, { format, style }: RenderOptions): string {
  if (format === 'json') return renderApplyJson(report);
  return format === 'markdown' ? renderApplyMarkdown(report) : renderApplyText(report, style);
}

/** What a verify found, ending with a line break. */
export function renderVerify(report: VerifyReport, { format, style }: RenderOptions): string {
  if (format === 'json') return renderVerifyJson(report);
  return format === 'markdown' ? renderVerifyMarkdown(report) : renderVerifyText(report, style);
}

/** What a rotate did, ending with a line break. */
export function renderRotate(report: RotateReport, { format, style }: RenderOptions): string {
  if (format === 'json') return renderRotateJson(report);
  return format === 'markdown' ? renderRotateMarkdown(report) : renderRotateText(report, style);
}

/** How old credentials are, ending with a line break. */
export function renderStatus(report: StatusReport, { format, style }: RenderOptions): string {
  if (format === 'json') return renderStatusJson(report);
  return format === 'markdown' ? renderStatusMarkdown(report) : renderStatusText(report, style);
}
