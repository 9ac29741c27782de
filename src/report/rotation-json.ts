import { isRotated } from '../model/report.ts';
import type { RotateReport, StatusReport } from '../model/report.ts';
import { printableJson } from './escape.ts';

/** What a rotate did, for programs. */
export function renderRotateJson(report: RotateReport): string {
  const { target, stack, provider, store, startedAt, interrupted, brokeLock, waiting, notices, results, audit } =
    report;
  const of = (outcome: string): number => results.filter((result) => result.outcome === outcome).length;
  return `${printableJson({
    formatVersion: 1,
    kind: 'rotate',
    target,
    stack,
    provider,
    store,
    startedAt,
    interrupted,
    brokeLock,
    summary: {
      rotated: results.filter((result) => isRotated(result) && result.op !== 'retire').length,
      cleared: results.filter(({ op, outcome }) => op === 'retire' && outcome === 'done').length,
      failed: of('failed'),
      refused: of('refused'),
      skipped: of('skipped'),
      waiting,
    },
    results,
    notices,
    audit,
  })}\n`;
}

/** The credentials as they are now, for programs. */
export function renderStatusJson(report: StatusReport): string {
  const { target, stack, provider, store, now, credentials, notices } = report;
  return `${printableJson({
    formatVersion: 1,
    kind: 'status',
    target,
    stack,
    provider,
    store,
    now,
    summary: {
      credentials: credentials.length,
      overdue: credentials.filter(({ overdue }) => overdue).length,
      inOverlap: credentials.filter(({ overlapUntil }) => overlapUntil !== undefined).length,
    },
    credentials,
    notices,
  })}\n`;
}
