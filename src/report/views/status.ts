import { z } from 'zod';
import { daysOf } from '../../model/text/age.ts';
import { CLIENT_STATES } from '../../model/desired.ts';
import { count, thousands } from '../../model/text/counting.ts';
import type { CredentialStatus, StatusReport } from '../../model/report.ts';
import type { Page, TableBlock } from '../page.ts';
import type { Data } from '../view.ts';
import { defineView } from '../view.ts';
import { toMinute } from '../words.ts';
import { headOf, originData } from './parts/origin.ts';
import { address, formatVersion, iso, origin, texts, total } from './parts/schema-parts.ts';

const credential = z.strictObject({
  address,
  owner: z.string(),
  state: z.enum(CLIENT_STATES).describe('Of the client, as declared: one that is disabled is not rotated'),
  place: z.string().optional().describe('Absent: never delivered to this store'),
  storeVersion: total.optional(),
  madeAt: iso.optional(),
  age: z.number().describe('Seconds').optional(),
  dueAt: iso.optional().describe('When it is to be rotated: ISO 8601'),
  overdue: z.boolean(),
  overlapUntil: iso.optional().describe('Until when the previous credential is accepted too: ISO 8601'),
  refusedFrom: iso.optional().describe('When the provider stops accepting it, whatever anybody does: ISO 8601'),
  remarks: texts.describe('What is to be done about it'),
});

const statusSchema = z
  .strictObject({
    formatVersion,
    kind: z.literal('status'),
    ...origin,
    now: iso,
    summary: z.strictObject({ credentials: total, overdue: total, inOverlap: total, disabled: total }),
    credentials: z.array(credential).describe('The most urgent first'),
    notices: texts,
  })
  .meta({ id: 'status' });

/** How old credentials are. */
export const statusView = defineView(statusSchema)({ data: statusData, page: statusPage });

function statusData(report: StatusReport): Data<typeof statusSchema> {
  const { now, credentials, notices } = report;
  return {
    formatVersion: 1,
    kind: 'status',
    ...originData(report),
    now,
    summary: countCredentials(credentials),
    credentials,
    notices,
  };
}

function statusPage(report: StatusReport): Page {
  const { credentials, now, notices } = report;
  return {
    head: headOf(report),
    headline: [{ words: summaryOf(credentials) }],
    sentences: [],
    remarks: [],
    blocks: credentials.length === 0 ? [] : [tableOf(credentials, now)],
    notices,
  };
}

function countCredentials(
  credentials: readonly CredentialStatus[],
): Record<'credentials' | 'overdue' | 'inOverlap' | 'disabled', number> {
  return {
    credentials: credentials.length,
    overdue: credentials.filter(({ overdue }) => overdue).length,
    inOverlap: credentials.filter(({ overlapUntil }) => overlapUntil !== undefined).length,
    disabled: credentials.filter(({ state }) => state === 'disabled').length,
  };
}

/** `12 credentials, 1 overdue, 2 in an overlap, 1 of a disabled client`. */
function summaryOf(credentials: readonly CredentialStatus[]): string {
  const { overdue, inOverlap, disabled } = countCredentials(credentials);
  return [
    count(credentials.length, 'credential'),
    overdue === 0 ? 'none overdue' : `${thousands(overdue)} overdue`,
    ...(inOverlap === 0 ? [] : [`${thousands(inOverlap)} in an overlap`]),
    ...(disabled === 0
      ? []
      : [`${thousands(disabled)} of ${disabled === 1 ? 'a disabled client' : 'disabled clients'}`]),
  ].join(', ');
}

function tableOf(credentials: readonly CredentialStatus[], now: string): TableBlock {
  return {
    kind: 'table',
    title: 'Credentials',
    heads: ['client', 'age', 'next rotation', 'overlap until', 'version', 'owner'],
    rows: credentials.map((one) => ({
      cells: cellsOf(one, now),
      isWarning: one.overdue || one.remarks.length > 0,
      remarks: one.remarks,
    })),
  };
}

function cellsOf(status: CredentialStatus, now: string): string[] {
  const { age, overlapUntil, storeVersion } = status;
  return [
    status.address,
    age === undefined ? 'unknown' : daysOf(age),
    nextRotation(status, now),
    overlapUntil === undefined ? '-' : toMinute(overlapUntil),
    storeVersion === undefined ? '-' : String(storeVersion),
    status.owner === '' ? '-' : status.owner,
  ];
}

function nextRotation({ state, dueAt, overdue }: CredentialStatus, now: string): string {
  if (state === 'disabled') return 'none: disabled';
  if (dueAt === undefined) return '-';
  const wait = (Date.parse(dueAt) - Date.parse(now)) / 1000;
  return overdue ? `overdue ${daysOf(-wait)}` : `in ${waitOf(wait)}`;
}

/** Rounded, so that it does not say 89 days right after a rotation every 90. */
function waitOf(seconds: number): string {
  const days = Math.round(seconds / 86_400);
  return days >= 2 ? `${days} days` : daysOf(seconds);
}
