import type { Change, Op } from '../model/plan.ts';
import { alarmOf } from './change-line.ts';
import type { ChangeLine } from './change-line.ts';
import { linesOf, reasonOf, type ChangeView } from './change-view.ts';
import { blockLine, byteLength, detailsBlock, firstLines, summaryCode } from './markdown-parts.ts';
import { displayWidth, padTo } from './width.ts';
import { DANGER_WORDS } from './words.ts';

/** Columns that what widens access may take: it is cut only where it could fill the comment. */
const MAX_WIDENING = 2_000;
/** Columns that values are lined up behind; a longer label is not cut, for a name may be its end. */
const MAX_LABEL = 40;

interface BlockLimits {
  /** Bytes. */
  readonly largest: number;
  readonly target: string;
}

/** A collapsible part for one change, with a diff inside: green is gained, red is lost, orange is changed. */
export function changeBlock(view: ChangeView, { largest, target }: BlockLimits): string {
  const summary = summaryOf(view);
  const reason = reasonOf(view);
  const all = [...(reason === '' ? [] : [`# ${blockLine(reason)}`]), ...diffLines(view.change, linesOf(view))];
  const room = largest - byteLength(summary) - 200;
  const lines = firstLines(
    all,
    room,
    (missing) => `# ${missing} more lines${markedAmong(all.slice(-missing))}: grantry plan -t ${blockLine(target)}`,
  );
  return lines.length === 0 ? `<p>${summary}</p>` : detailsBlock(summary, 'diff', lines);
}

function markedAmong(lines: readonly string[]): string {
  const marked = lines.filter((line) => line.includes(MARK)).length;
  return marked === 0 ? '' : `, ${marked} of them marked with ▲`;
}

/** Between a value and what is to be said of it. */
const MARK = '   ▲ ';

/** The one line of a change that is always there. */
export function summaryOf({ change, dangers }: ChangeView): string {
  const owner = change.owner === '' ? '' : ` owner ${summaryCode(change.owner)}`;
  const words = dangers.filter((danger) => danger !== 'delete').map((danger) => DANGER_WORDS[danger]);
  const mark = words.length === 0 ? '' : ` <b>▲ ${words.join(', ')}</b>`;
  return `<b>${change.op}</b> ${summaryCode(change.address)}${owner}${mark}`;
}

function diffLines(change: Change, lines: readonly ChangeLine[]): string[] {
  const labels = lines.map(({ label }) => blockLine(label, MAX_WIDENING));
  const width = Math.min(
    MAX_LABEL,
    labels.reduce((widest, label) => Math.max(widest, displayWidth(label)), 0),
  );
  return lines.flatMap((line, index) => {
    const label = padTo(labels[index] ?? '', width);
    return signedValues(change.op, line).map(
      ([sign, value], position) => `${sign} ${label}  ${value}${remarkOf(line, sign, position)}`,
    );
  });
}

type Sign = '+' | '-' | '!';

function signedValues(op: Op, { value, ...line }: ChangeLine): [Sign, string][] {
  const limit = alarmOf(line) === '' ? undefined : MAX_WIDENING;
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
function remarkOf({ note, ...line }: ChangeLine, sign: Sign, position: number): string {
  const alarm = alarmOf(line);
  const marked = alarm !== '' && sign !== '-';
  const parts = [
    ...(marked ? [blockLine(alarm)] : []),
    ...(note !== undefined && position === 0 ? [blockLine(note)] : []),
  ];
  if (parts.length === 0) return '';
  return `${marked ? MARK : '   '}${parts.join(', ')}`;
}
