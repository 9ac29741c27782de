import { isSerious } from '../../../engine/plan/danger.ts';
import { count, thousands } from '../../../model/text/counting.ts';
import type { Op } from '../../../model/plan.ts';
import { countChanges, dangerPhrases } from '../../change-counts.ts';
import type { ChangeEntry, ChangeLine, ChangesBlock } from '../../page.ts';
import { DANGER_WORDS } from '../../words.ts';
import { displayWidth, padTo } from '../width.ts';
import { blockLine, byteLength, detailsBlock, fillBlocks, fillLines, inlineCode, summaryCode } from './parts.ts';

/** Columns that what widens access may take: it is cut only where it could fill the comment. */
const MAX_WIDENING = 2_000;
/** Columns that values are lined up behind; a longer label is not cut, for a name may be its end. */
const MAX_LABEL = 40;

/** Bytes for the line that says what is not shown. */
const FOOTER = 1_000;
/** Bytes around the lines of a change. */
const FRAME = 200;
const MAX_COMMAND = 100;

interface Limits {
  /** Bytes for all of it. */
  readonly room: number;
  /** Bytes that one of them may take, and that a list of those without room may take. */
  readonly share: number;
}

/** A part per change, as many as there is room for, and a line for each dangerous one that finds none. */
export function changeParts(block: ChangesBlock, { room, share }: Limits): string[] {
  const { changes, command } = block;
  const space = room - FOOTER;
  const largest = Math.min(space, share);
  const fill = (bytes: number): ReturnType<typeof fillBlocks<ChangeEntry>> =>
    fillBlocks(changes, bytes, (change) => changePart(change, largest, command));
  const all = fill(space);
  if (!all.left.some(({ dangers }) => isSerious(dangers))) return [...all.blocks, ...remainder(block, all.left)];
  const { blocks, left } = fill(space - share);
  return [...blocks, ...shortList(left, share), ...remainder(block, left)];
}

function shortList(left: readonly ChangeEntry[], bytes: number): string[] {
  const items = left.filter(({ dangers }) => isSerious(dangers));
  return [fillLines({ items, bytes, make: (change) => `- ${titleOf(change, IN_MARKDOWN)}`, prefix: '- ' }).join('\n')];
}

function remainder({ command, ofTheRest }: ChangesBlock, left: readonly ChangeEntry[]): string[] {
  if (left.length === 0) return [];
  const counts = countChanges(left);
  const among = [
    ...(counts.delete > 0 ? [`${thousands(counts.delete)} to delete`] : []),
    ...dangerPhrases(counts),
  ].join('; ');
  const shown = `**${count(left.length, 'more change')} ${left.length === 1 ? 'is' : 'are'} not shown here**`;
  const said = among === '' ? '' : ` (${among})`;
  return [`${shown}${said}. ${ofTheRest} See all of it with ${inlineCode(command, MAX_COMMAND)}.`];
}

/** A collapsible part for one change, with a diff inside: green is gained, red is lost, orange is changed. */
function changePart(change: ChangeEntry, largest: number, command: string): string {
  const summary = titleOf(change, IN_HTML);
  const items = [...(change.reason === '' ? [] : [`# ${blockLine(change.reason)}`]), ...diffLines(change)];
  const lines = fillLines({
    items,
    bytes: largest - byteLength(summary) - FRAME,
    make: (line) => line,
    prefix: '# ',
    ofRest: (left) => `${markedAmong(left)}: ${blockLine(command)}`,
  });
  return lines.length === 0 ? `<p>${summary}</p>` : detailsBlock(summary, 'diff', lines);
}

function markedAmong(lines: readonly string[]): string {
  const marked = lines.filter((line) => line.includes(MARK)).length;
  return marked === 0 ? '' : `, ${marked} of them marked with ▲`;
}

/** Between a value and what is to be said of it. */
const MARK = '   ▲ ';

/** How bold words and code are written. */
interface Markup {
  readonly bold: (words: string) => string;
  readonly code: (text: string) => string;
}

/** Within HTML, where Markdown is not read. */
const IN_HTML: Markup = { bold: (words) => `<b>${words}</b>`, code: summaryCode };
/** Where Markdown is read: also within HTML in a line, so that a name in an element of HTML could be a link. */
const IN_MARKDOWN: Markup = { bold: (words) => `**${words}**`, code: (text) => inlineCode(text) };

/** The one line of a change that is always there. */
function titleOf({ op, address, owner: whose, dangers }: ChangeEntry, { bold, code }: Markup): string {
  const owner = whose === '' ? '' : ` owner ${code(whose)}`;
  const words = dangers.filter((danger) => danger !== 'delete').map((danger) => DANGER_WORDS[danger]);
  const mark = words.length === 0 ? '' : ` ${bold(`▲ ${words.join(', ')}`)}`;
  return `${bold(op)} ${code(address)}${owner}${mark}`;
}

function diffLines({ op, lines }: ChangeEntry): string[] {
  const labels = lines.map(({ label }) => blockLine(label, MAX_WIDENING));
  const width = Math.min(
    MAX_LABEL,
    labels.reduce((widest, label) => Math.max(widest, displayWidth(label)), 0),
  );
  return lines.flatMap((line, index) => {
    const label = padTo(labels[index] ?? '', width);
    return signedValues(op, line).map(
      ([sign, value], position) => `${sign} ${label}  ${value}${remarkOf(line, sign, position)}`,
    );
  });
}

type Sign = '+' | '-' | '!';

function signedValues(op: Op, { value, alarm }: ChangeLine): [Sign, string][] {
  const limit = alarm === undefined ? undefined : MAX_WIDENING;
  switch (value.kind) {
    case 'items':
      return [
        ...value.added.map((item): [Sign, string] => ['+', itemText(item)]),
        ...value.removed.map((item): [Sign, string] => ['-', itemText(item)]),
      ];
    case 'replaced':
      return [['!', `${blockLine(value.before, limit)} → ${blockLine(value.after, limit)}`]];
    case 'place':
      return [[op === 'create' ? '+' : '!', `→ ${blockLine(value.text, MAX_WIDENING)}`]];
    case 'value':
    default:
      return [[op === 'delete' ? '-' : '+', blockLine(value.text, limit)]];
  }
}

function itemText({ name, about = '' }: { readonly name: string; readonly about?: string }): string {
  // Names are never cut, short of what could fill the comment.
  return blockLine(name, MAX_WIDENING) + (about === '' ? '' : `  ${blockLine(about)}`);
}

/** What is dangerous is marked on every line that gains, a note stands once. */
function remarkOf({ note, alarm }: ChangeLine, sign: Sign, position: number): string {
  const marked = alarm !== undefined && sign !== '-';
  const parts = [
    ...(marked ? [blockLine(alarm)] : []),
    ...(note !== undefined && position === 0 ? [blockLine(note)] : []),
  ];
  if (parts.length === 0) return '';
  return `${marked ? MARK : '   '}${parts.join(', ')}`;
}
