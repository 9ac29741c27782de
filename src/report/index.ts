import type { FieldWords } from '../model/field-words.ts';
import type { Plan } from '../model/plan.ts';
import type { ImportReport } from '../model/import-report.ts';
import type { ApplyReport, DoctorReport, RotateReport, StatusReport, VerifyReport } from '../model/report.ts';
import type { Finding } from '../model/finding.ts';
import type { ReportFormat } from './format-names.ts';
import { FORMATS } from './formats.ts';
import type { Style } from './render/style.ts';
import { findingLines } from './render/text/findings.ts';
import type { View } from './view.ts';
import { applyView } from './views/apply.ts';
import { auditView } from './views/audit.ts';
import type { AuditReport } from './views/audit.ts';
import { doctorView } from './views/doctor.ts';
import { errorView } from './views/error.ts';
import { importView } from './views/import.ts';
import { planData, planView } from './views/plan/plan.ts';
import { rotateView } from './views/rotate.ts';
import { statusView } from './views/status.ts';
import { targetsPage } from './views/targets.ts';
import type { TargetEnding } from './views/targets.ts';
import { validateView } from './views/validate.ts';
import type { ValidationReport } from './views/validate.ts';
import { verifyView } from './views/verify.ts';

export { renderAdvance, renderFailure, renderProgress, renderRotation, type Advance } from './progress.ts';
export { isOneDocument } from './formats.ts';
export type { ReportFormat } from './format-names.ts';
export { renderAnnotations } from './render/annotations.ts';
export { makeStyle, type Style } from './render/style.ts';
export type { ValidationReport } from './views/validate.ts';
export type { TargetEnding } from './views/targets.ts';

export interface RenderOptions {
  readonly format: ReportFormat;
  /** Text only: the others have no colours, and JSON and Markdown are UTF-8. */
  readonly style: Style;
}

export interface PlanRenderOptions extends RenderOptions {
  /** What the provider's fields are to a reviewer. */
  readonly words: FieldWords;
  /** Lines that belong beside the plan, such as overdue rotations. They are not part of it. */
  readonly notices?: readonly string[];
}

/**
 * A plan in words, the most dangerous changes first, ending with a line break. Between the reports of several
 * targets belongs a blank line: in Markdown it is what ends the HTML of the one before.
 */
export function renderPlan(plan: Plan, { notices = [], words, ...options }: PlanRenderOptions): string {
  return render(planView, { plan, notices, words }, options);
}

/** A plan as the document that `renderPlan` writes as JSON. */
export function planDocument(plan: Plan, words: FieldWords): object {
  return planData({ plan, notices: [], words });
}

/** What an apply did, ending with a line break. */
export function renderApply(report: ApplyReport, options: RenderOptions): string {
  return render(applyView, report, options);
}

/** What a verify found, ending with a line break. */
export function renderVerify(report: VerifyReport, options: RenderOptions): string {
  return render(verifyView, report, options);
}

/** What a rotate did, ending with a line break. */
export function renderRotate(report: RotateReport, options: RenderOptions): string {
  return render(rotateView, report, options);
}

/** How old credentials are, ending with a line break. */
export function renderStatus(report: StatusReport, options: RenderOptions): string {
  return render(statusView, report, options);
}

/** What an import found, ending with a line break. */
export function renderImport(report: ImportReport, options: RenderOptions): string {
  return render(importView, report, options);
}

/** Whether an audit log is as it was written, ending with a line break. */
export function renderAudit(report: AuditReport, options: RenderOptions): string {
  return render(auditView, report, options);
}

/** What is missing in the servers of a target, ending with a line break. */
export function renderDoctor(report: DoctorReport, options: RenderOptions): string {
  return render(doctorView, report, options);
}

/** What was found in the manifests, ending with a line break. */
export function renderValidation(report: ValidationReport, options: RenderOptions): string {
  return render(validateView, report, options);
}

/** A failed command, or a target that failed. */
export function renderError(error: unknown, options: RenderOptions & { readonly target?: string }): string {
  return render(errorView, { error, target: options.target }, options);
}

/** How the work on several targets ended. For programs it is one document of theirs, as they were rendered. */
export function renderTargets(
  documents: readonly string[],
  endings: readonly TargetEnding[],
  options: RenderOptions,
): string {
  const exitCodes = Object.fromEntries(endings.map(({ target, exitCode }) => [target, exitCode]));
  const format = FORMATS[options.format];
  return format.reads === 'data'
    ? format.join(documents, exitCodes)
    : format.render(targetsPage(endings), options.style);
}

/** Findings beside a result, for people; empty where there is none. */
export function renderFindings(findings: readonly Finding[], style: Style): string {
  return findingLines(findings, style)
    .map((line) => `${line}\n`)
    .join('');
}

function render<Result>(view: View<Result>, result: Result, { format: name, style }: RenderOptions): string {
  const format = FORMATS[name];
  return format.reads === 'data' ? format.render(view.data(result)) : format.render(view.page(result), style);
}
