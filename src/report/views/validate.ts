import { z } from 'zod';
import { count } from '../../model/text/counting.ts';
import type { Finding } from '../../model/finding.ts';
import type { Page } from '../page.ts';
import { clipSource } from '../render/source-line.ts';
import type { Data } from '../view.ts';
import { defineView } from '../view.ts';
import { finding, formatVersion, total } from './parts/schema-parts.ts';

/** What was checked, and what was found. */
export interface ValidationReport {
  readonly files: number;
  readonly apis: number;
  readonly clients: number;
  readonly targets: number;
  readonly findings: readonly Finding[];
}

const validateSchema = z
  .strictObject({
    formatVersion,
    kind: z.literal('validate'),
    valid: z.boolean(),
    files: total,
    apis: total,
    clients: total,
    targets: total,
    findings: z.array(finding),
  })
  .meta({ id: 'validate' });

/** What is wrong with the manifests. */
export const validateView = defineView(validateSchema)({ data: validateData, page: validatePage });

function validateData({ files, apis, clients, targets, findings }: ValidationReport): Data<typeof validateSchema> {
  return {
    formatVersion: 1,
    kind: 'validate',
    valid: countOf(findings, 'error') === 0,
    files,
    apis,
    clients,
    targets,
    findings: findings.map(findingData),
  };
}

/** A finding as programs get it. */
export function findingData({ position, sourceLine, ...rest }: Finding): Data<typeof finding> {
  return {
    ...rest,
    ...position,
    ...(sourceLine === undefined ? {} : { sourceLine: clipSource(sourceLine, position.column, '…').text }),
  };
}

function validatePage(report: ValidationReport): Page {
  const tone = countOf(report.findings, 'error') > 0 ? 'bad' : 'good';
  return {
    head: { name: 'grantry validate' },
    headline: [{ words: summarise(report), tone }],
    sentences: [],
    remarks: [],
    blocks: [{ kind: 'findings', findings: report.findings }],
    notices: [],
  };
}

function summarise(report: ValidationReport): string {
  const [errors, warnings] = [countOf(report.findings, 'error'), countOf(report.findings, 'warning')];
  const files = count(report.files, 'file');
  if (errors > 0) {
    const bad = new Set(report.findings.map(({ position }) => position.file)).size;
    const also = warnings === 0 ? '' : ` and ${count(warnings, 'warning')}`;
    return `${count(errors, 'error')}${also} in ${bad === report.files ? files : `${bad} of ${files}`}`;
  }
  const { apis, clients, targets } = report;
  const objects = apis + clients + targets;
  if (objects === 0) return `there is no manifest in ${files}`;
  const counts = `${count(apis, 'Api')}, ${count(clients, 'Client')} and ${count(targets, 'Target')}`;
  const also = warnings === 0 ? '' : `, with ${count(warnings, 'warning')}`;
  return `${counts} in ${files} ${objects === 1 ? 'is' : 'are'} valid${also}`;
}

function countOf(findings: readonly Finding[], severity: Finding['severity']): number {
  return findings.filter((one) => one.severity === severity).length;
}
