import { z } from 'zod';
import { PURPOSES } from '../../model/check.ts';
import type { CheckFinding, CheckResult, Purpose } from '../../model/check.ts';
import type { DoctorReport, ServerChecks } from '../../model/report.ts';
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
  const again = `grantry doctor -t ${target}${looked.length < PURPOSES.length ? looked.map((one) => ` --for ${one}`).join('') : ''}`;
  return {
    head: headOf(report),
    headline: headlineOf(report),
    sentences: [],
    remarks: isHealthy ? [] : [{ words: ['Look again with ', { untrusted: again }, '.'], isWarning: false }],
    blocks: [...servers.map(tableOf), troublesOf(servers)],
    notices: [],
  };
}

type Kind = CheckFinding['kind'];
type Located = CheckResult & Pick<ServerChecks, 'side'>;

function ofKind(servers: readonly ServerChecks[], kind: Kind): Located[] {
  return servers.flatMap(({ side, checks }) =>
    checks.flatMap((each) => (each.finding.kind === kind ? [{ ...each, side }] : [])),
  );
}

/** `2 problems, 1 risk, 1 could not be looked at`. */
function headlineOf({ servers, purposes: looked }: DoctorReport): Phrase[] {
  const [problems, risks, unknown] = [
    ofKind(servers, 'problem').length,
    ofKind(servers, 'risk').length,
    ofKind(servers, 'unknown').length,
  ];
  const phrases: Phrase[] = [
    ...(problems === 0 ? [] : [{ words: count(problems, 'problem'), tone: 'bad' as const }]),
    ...(risks === 0 ? [] : [{ words: count(risks, 'risk') }]),
    ...(unknown === 0 ? [] : [{ words: `${thousands(unknown)} could not be looked at` }]),
  ];
  if (problems > 0) return phrases;
  return [{ words: `nothing is missing for ${purposeWords(looked)}`, tone: 'good' }, ...phrases];
}

function purposeWords(some: readonly Purpose[]): string {
  return some.join(', ');
}

/** All that was looked at in one server. */
function tableOf({ name, checks }: ServerChecks): TableBlock {
  return {
    kind: 'table',
    title: name,
    heads: [name, 'for', 'found'],
    rows: checks.map(({ title, purposes: needed, finding: found }) => ({
      cells: [title, needed.length === PURPOSES.length ? 'everything' : purposeWords(needed), foundWords(found)],
      isWarning: found.kind === 'problem' || found.kind === 'risk',
      remarks: [],
    })),
  };
}

function foundWords(found: CheckFinding): string {
  return found.kind === 'fine' && found.detail !== undefined ? `fine: ${found.detail}` : found.kind;
}

/** What is not fine: what, why it matters, and how it is mended. */
function troublesOf(servers: readonly ServerChecks[]): OutcomesBlock {
  const groups: readonly Omit<OutcomeGroup, 'outcomes'>[] = [
    { word: 'problem', mark: 'failed', isBad: true },
    { word: 'risk', mark: 'skipped', isBad: true },
    { word: 'unknown', title: 'could not be looked at', mark: 'idle' },
  ];
  const kinds: readonly Kind[] = ['problem', 'risk', 'unknown'];
  return {
    kind: 'outcomes',
    widths: { what: 8, word: 7 },
    groups: groups.map((group, index) => ({
      ...group,
      outcomes: ofKind(servers, kinds[index] ?? 'fine').map(outcomeOf),
    })),
  };
}

function outcomeOf({ id, side, finding: found }: Located): Outcome {
  if (found.kind === 'fine') return { name: id, text: '' };
  const { what, why, mend: way } = found;
  return {
    name: id,
    what: side,
    text: `${sentence(what)} ${why}`,
    ...(way === undefined ? {} : { hint: [way.words, ...way.commands].join('\n') }),
  };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
