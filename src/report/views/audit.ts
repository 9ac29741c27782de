import { z } from 'zod';
import type { ChainReport } from '../../engine/ledger/audit-chain.ts';
import { count } from '../../model/text/counting.ts';
import type { Page } from '../page.ts';
import type { Data } from '../view.ts';
import { defineView } from '../view.ts';
import { formatVersion, iso, total } from './parts/schema-parts.ts';

/** What was found in an audit log. */
export interface AuditReport extends ChainReport {
  readonly file: string;
}

const auditSchema = z
  .strictObject({
    formatVersion,
    kind: z.literal('audit'),
    file: z.string(),
    intact: z.boolean(),
    lines: total,
    runs: total,
    unchained: total.describe('Lines from before logs had chains: nothing is known of them'),
    head: z.string().nullable().describe('SHA-256 of the last line, in hexadecimal: to be noted elsewhere'),
    from: iso.nullable(),
    until: iso.nullable(),
    problems: z.array(z.strictObject({ line: total.describe('From 1'), what: z.string() })),
  })
  .meta({ id: 'audit' });

/** Whether an audit log is as it was written. */
export const auditView = defineView(auditSchema)({ data: auditData, page: auditPage });

function auditData({ problems, ...report }: AuditReport): Data<typeof auditSchema> {
  return { formatVersion: 1, kind: 'audit', intact: problems.length === 0, problems, ...report };
}

const MOST_PROBLEMS = 20;

function auditPage({ file, lines, runs, unchained, head, from, until, problems }: AuditReport): Page {
  const isIntact = problems.length === 0;
  const span = from === null || until === null ? '' : `, ${from} to ${until}`;
  return {
    head: { name: [{ untrusted: file }] },
    headline: [
      {
        words: isIntact
          ? `${count(lines, 'line')} of ${count(runs, 'run')} as written${span}`
          : `${count(problems.length, 'problem')} in ${count(lines, 'line')}`,
        tone: isIntact ? 'good' : 'bad',
      },
    ],
    sentences: [],
    remarks: [
      ...(head === null
        ? []
        : [
            {
              words: `Its head is ${head}. Noted elsewhere, and given with --head the next time, it shows that nothing was cut off at the end.`,
              isWarning: false,
            },
          ]),
      ...(unchained === 0
        ? []
        : [
            {
              words: `The first ${count(unchained, 'line')} have no chain: they are of an earlier version, and nothing is known of them.`,
              isWarning: true,
            },
          ]),
    ],
    blocks: isIntact ? [] : [{ kind: 'code', lines: linesOf(problems) }],
    notices: [],
  };
}

function linesOf(problems: AuditReport['problems']): string[] {
  const shown = problems.slice(0, MOST_PROBLEMS).map(({ line, what }) => `line ${line}: ${what}`);
  return problems.length > MOST_PROBLEMS ? [...shown, `and ${problems.length - MOST_PROBLEMS} more`] : shown;
}
