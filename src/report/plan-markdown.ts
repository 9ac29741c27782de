import type { Plan } from '../model/plan.ts';
import { isSerious } from '../engine/plan/danger.ts';
import { changeBlock, summaryOf } from './change-markdown.ts';
import { viewChanges, type ChangeView } from './change-view.ts';
import { fencedBlock } from './escape.ts';
import {
  blockLine,
  byteLength,
  fillBlocks,
  firstLines,
  inlineCode,
  MARKDOWN_LIMIT,
  originLine,
} from './markdown-parts.ts';
import { obstaclePhrase, obstaclesOf } from './obstacles.ts';
import { isNothing, nothingPhrase, selectionPhrase } from './selection.ts';
import * as summary from './summary.ts';
import { count, thousands } from './words.ts';

/** Bytes kept for the line that says what is not shown. */
const FOOTER = 1_000;
const MAX_NAME = 100;

/** A plan for a comment on a pull request: a part per change, the most dangerous first, as many as the comment holds. */
export function renderPlanMarkdown(plan: Plan, notices: readonly string[], limit: number = MARKDOWN_LIMIT): string {
  const views = viewChanges(plan);
  const fixed = [...headParts(plan, views), ...obstacleParts(plan, limit / 4), ...noticeParts(notices, limit / 8)];
  const room = limit - byteLength(fixed.join('\n\n')) - FOOTER;
  const largest = Math.min(room, limit / 4);
  const fill = (bytes: number): ReturnType<typeof fillBlocks<ChangeView>> =>
    fillBlocks(views, bytes, (view) => changeBlock(view, { largest, target: plan.target }));
  const all = fill(room);
  if (!all.left.some(({ dangers }) => isSerious(dangers)))
    return `${[...fixed, ...all.blocks, ...remainder(plan, all.left)].join('\n\n')}\n`;
  // A line for each of the dangerous ones that find no room in full.
  const listing = limit / 4;
  const { blocks, left } = fill(room - listing);
  return `${[...fixed, ...blocks, ...shortList(left, listing), ...remainder(plan, left)].join('\n\n')}\n`;
}

function shortList(left: readonly ChangeView[], bytes: number): string[] {
  const entries = left.filter(({ dangers }) => isSerious(dangers)).map((view) => `- ${summaryOf(view)}`);
  return [firstLines(entries, bytes, (missing) => `- and ${thousands(missing)} more`).join('\n')];
}

function headParts(plan: Plan, views: readonly ChangeView[]): string[] {
  const counts = summary.countPlan(views);
  const inTheWay = obstaclePhrase(plan);
  const target = inlineCode(plan.target, MAX_NAME);
  const selection = selectionParts(plan);
  if (views.length === 0 && inTheWay === '')
    return [
      `### ${target}: ${summary.emptyPhrase(plan)}`,
      ...letGoParts(plan).map((phrase) => `**▲ ${phrase}.**`),
      ...selection,
      originLine(plan),
    ];
  const pending = summary.pendingPhrase(counts) || 'nothing to change';
  const dangers = [...summary.dangerPhrases(counts), ...letGoParts(plan)];
  const sentences = [
    ...(dangers.length === 0 ? [] : [`**▲ ${dangers.join('. ')}.**`]),
    ...[summary.sentences([summary.unchangedPhrase(plan)])].filter((sentence) => sentence !== ''),
  ];
  return [
    `### ${target}: ${inTheWay === '' ? '' : `${inTheWay}, `}${pending}`,
    ...(sentences.length === 0 ? [] : [sentences.join(' ')]),
    ...selection,
    originLine(plan),
  ];
}

function letGoParts(plan: Plan): string[] {
  const phrase = summary.letGoPhrase(plan);
  return phrase === '' ? [] : [inlineCode(phrase)];
}

function selectionParts({ selection }: Plan): string[] {
  if (selection === undefined) return [];
  return [isNothing(selection) ? nothingPhrase(selection, shortCode) : selectionPhrase(selection, shortCode)];
}

function shortCode(text: string): string {
  return inlineCode(text, MAX_NAME);
}

function obstacleParts(plan: Plan, bytes: number): string[] {
  const obstacles = obstaclesOf(plan);
  if (obstacles.length === 0) return [];
  const entries = obstacles.map(
    ({ label, reason, hint }) =>
      `! ${blockLine(`${label}: ${reason}`)}${hint === '' ? '' : `\n    ${blockLine(hint)}`}`,
  );
  const lines = firstLines(entries, bytes, (missing) => `  and ${thousands(missing)} more`);
  return ['**Apply refuses this plan:**', fencedBlock('diff', lines)];
}

function noticeParts(notices: readonly string[], bytes: number): string[] {
  if (notices.length === 0) return [];
  const lines = firstLines(
    notices.map((notice) => blockLine(notice, 1_000)),
    bytes,
    (missing) => `and ${count(missing, 'more notice')}`,
  );
  return [fencedBlock('text', lines)];
}

function remainder(plan: Plan, left: readonly ChangeView[]): string[] {
  if (left.length === 0) return [];
  const counts = summary.countPlan(left);
  const among = [
    ...(counts.delete > 0 ? [`${thousands(counts.delete)} to delete`] : []),
    ...summary.dangerPhrases(counts),
  ].join('; ');
  const shown = `**${count(left.length, 'more change')} ${left.length === 1 ? 'is' : 'are'} not shown here**`;
  const whole = inlineCode(`grantry plan -t ${plan.target}`, MAX_NAME);
  return [
    `${shown}${among === '' ? '' : ` (${among})`}. They are pending like the rest (--detailed-exitcode: 2). See the whole plan with ${whole}.`,
  ];
}
