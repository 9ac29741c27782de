import { z } from 'zod';
import { PURPOSES } from '../../model/check.ts';
import type { CheckFinding, CheckResult, Purpose } from '../../model/check.ts';
import type { DoctorReport, ServerChecks, Side } from '../../model/report.ts';
import { count, thousands } from '../../model/text/counting.ts';
import type { Outcome, OutcomeGroup, OutcomesBlock, Page, Phrase, TableBlock } from '../page.ts';
import type { Data } from '../view.ts';
import { defineView } from '../view.ts';
import { headOf, originData } from './parts/origin.ts';
import { formatVersion, origin, texts, total } from './parts/schema-parts.ts';

const purposes = z.array(z.enum(PURPOSES));

const mend = z
  .strictObject({
    words: z.string(),
    commands: texts.describe('To be pasted in order; they hold no secret'),
  })
  .meta({ id: 'mend' });

const finding = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('fine'), detail: z.string().optional() }),
    z.strictObject({
      kind: z.enum(['problem', 'risk']).describe('problem: a command fails; risk: all works, and may hurt'),
      what: z.string(),
      why: z.string(),
      mend,
    }),
    z.strictObject({
      kind: z.literal('unknown').describe('It could not be looked at'),
      what: z.string(),
      why: z.string(),
      mend: mend.optional(),
    }),
  ])
  .meta({ id: 'checkFinding' });

const check = z
  .strictObject({
    id: z.string().describe('Unique in its server'),
    purposes: purposes.describe('What does not work, or only with risk, where there is trouble'),
    title: z.string().describe('What was looked at, in words that are true where it is fine'),
    finding,
  })
  .meta({ id: 'check' });

const doctorSchema = z
  .strictObject({
    formatVersion,
    kind: z.literal('doctor'),
    ...origin,
    purposes: purposes.describe('What was looked at for'),
    summary: z.strictObject({ problems: total, risks: total, unknown: total, fine: total }),
    servers: z.array(
      z.strictObject({
        side: z.enum(['provider', 'store', 'former-store']),
        name: z.string(),
        checks: z.array(check),
      }),
    ),
  })
  .meta({ id: 'doctor' });

/** What is missing in the servers of a target. */
export const doctorView = defineView(doctorSchema)({ data: doctorData, page: doctorPage });

function doctorData(report: DoctorReport): Data<typeof doctorSchema> {
  const { servers } = report;
  const number = (kind: CheckFinding['kind']): number => ofKind(servers, kind).length;
  return {
    formatVersion: 1,
    kind: 'doctor',
    ...originData(report),
    purposes: report.purposes,
    summary: { problems: number('problem'), risks: number('risk'), unknown: number('unknown'), fine: number('fine') },
    servers,
  };
}

function doctorPage(report: DoctorReport): Page {
  const { servers, target, purposes: looked } = report;
  const isHealthy = ofKind(servers, 'problem').length === 0;
  const narrowed = looked.length < PURPOSES.length ? looked.map((one) => ` --for ${one}`).join('') : '';
  const again = `grantry doctor -t ${target}${narrowed}`;
  return {
    head: headOf(report),
    headline: headlineOf(report),
    sentences: [],
    remarks: isHealthy ? [] : [{ words: ['Look again with ', { untrusted: again }, '.'], isWarning: false }],
    blocks: servers.flatMap((server) => [tableOf(server), troublesOf(server)]),
    notices: [],
  };
}

type Kind = CheckFinding['kind'];

function ofKind(servers: readonly ServerChecks[], kind: Kind): CheckResult[] {
  return servers.flatMap(({ checks }) => checks.filter(({ finding: found }) => found.kind === kind));
}

/** `2 problems, 1 risk, 1 could not be looked at`. */
function headlineOf({ servers, purposes: looked }: DoctorReport): Phrase[] {
  const number = (kind: Kind): number => ofKind(servers, kind).length;
  const [problems, risks, unknown] = [number('problem'), number('risk'), number('unknown')];
  const words = [
    problems === 0 ? `nothing is missing for ${looked.join(', ')}` : count(problems, 'problem'),
    ...(risks === 0 ? [] : [count(risks, 'risk')]),
    ...(unknown === 0 ? [] : [`${thousands(unknown)} could not be looked at`]),
  ].join('; ');
  return [{ words, tone: problems === 0 ? 'good' : 'bad' }];
}

/** Names of servers are texts of others, which heads are not. */
const SIDES: Readonly<Record<Side, string>> = {
  provider: 'provider',
  store: 'store',
  'former-store': 'store that is to be left',
};

/** All that was looked at in one server. */
function tableOf({ side, checks }: ServerChecks): TableBlock {
  const title = SIDES[side];
  return {
    kind: 'table',
    title,
    heads: ['found', title, 'for', ''],
    rows: checks.map(({ title, purposes: needed, finding: found }) => ({
      cells: [found.kind, title, purposeWords(needed), found.kind === 'fine' ? (found.detail ?? '') : ''],
      isWarning: found.kind === 'problem' || found.kind === 'risk',
      remarks: [],
    })),
  };
}

function purposeWords(some: readonly Purpose[]): string {
  return some.length === PURPOSES.length ? 'everything' : some.join(', ');
}

const GROUPS: readonly (Omit<OutcomeGroup, 'outcomes'> & { readonly kind: Kind })[] = [
  { kind: 'problem', word: 'problem', mark: 'failed', isBad: true },
  { kind: 'risk', word: 'risk', mark: 'skipped', isBad: true },
  { kind: 'unknown', word: 'unknown', title: 'could not be looked at', mark: 'idle' },
];

/** What is not fine: what, why it matters, and how it is mended. */
function troublesOf(server: ServerChecks): OutcomesBlock {
  return {
    kind: 'outcomes',
    widths: { what: 0, word: 7 },
    groups: GROUPS.map(({ kind, ...group }) => ({ ...group, outcomes: ofKind([server], kind).flatMap(outcomeOf) })),
  };
}

function outcomeOf({ id, finding: found }: CheckResult): Outcome[] {
  if (found.kind === 'fine') return [];
  const { what, why, mend: way } = found;
  const hint = way === undefined ? {} : { hint: [way.words, ...way.commands].map(inOneLine).join('\n') };
  return [{ name: id, text: `${sentence(what)} ${why}`, ...hint }];
}

/** Each line is pasted as a command: a name that holds a line break must not make one of its own. */
function inOneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/g, ' ');
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
