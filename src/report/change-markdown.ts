import type { Change, Op } from '../model/plan.ts';
import type { ChangeLine } from './change-line.ts';
import { linesOf, reasonOf, type ChangeView } from './change-view.ts';
import { blockLine, byteLength, detailsBlock, firstLines, summaryCode } from './markdown-parts.ts';
import { displayWidth, padTo } from './width.ts';

/** Columns that what widens access may take: it is cut only where it could fill the comment. */
const MAX_WIDENING = 2_000;
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
    (missing) => `# ${missing} more lines: grantry plan -t ${blockLine(target, MAX_LABEL)}`,
  );
  return lines.length === 0 ? `<p>${summary}</p>` : detailsBlock(summary, 'diff', lines);
}

function summaryOf({ change, widens }: ChangeView): string {
  const owner = change.owner === '' ? '' : ` owner ${summaryCode(change.owner)}`;
  const mark = widens ? ' <b>▲ widens access</b>' : '';
  return `<b>${change.op}</b> ${summaryCode(change.address)}${owner}${mark}`;
}

function diffLines(change: Change, lines: readonly ChangeLine[]): string[] {
  const labels = lines.map(({ label }) => blockLine(label, MAX_LABEL));
  const width = labels.reduce((widest, label) => Math.max(widest, displayWidth(label)), 0);
  return lines.flatMap((line, index) => {
    const label = padTo(labels[index] ?? '', width);
    return signedValues(change.op, line).map(
      ([sign, value], position) => `${sign} ${label}  ${value}${remarkOf(line, sign, position)}`,
    );
  });
}

type Sign = '+' | '-' | '!';

function signedValues(op: Op, { value, widens }: ChangeLine): [Sign, string][] {
  const limit = widens ? MAX_WIDENING : undefined;
  switch (value.kind) {
    case 'items':
      return [
        ...value.added.map((item): [Sign, string] => ['+', itemText(item)]),
        ...value.removed.map((item): [Sign, string] => ['-', itemText(item)]),
      ];
    case 'replaced':
      return [['!', `${blockLine(value.before, limit)} → ${blockLine(value.after, limit)}`]];
    case 'place':
      return [[op === 'create' ? '+' : '!', `→ ${blockLine(value.text)}`]];
    case 'value':
    default:
      return [[op === 'delete' ? '-' : '+', blockLine(value.text, limit)]];
  }
}

function itemText({ name, about = '' }: { readonly name: string; readonly about?: string }): string {
  // Names are never cut, short of what could fill the comment.
  return blockLine(name, MAX_WIDENING) + (about === '' ? '' : `  ${blockLine(about)}`);
}

/** What widens access is marked on every line that gains, a note stands once. */
function remarkOf({ widens, note }: ChangeLine, sign: Sign, position: number): string {
  const parts = [
    ...(widens && sign !== '-' ? ['▲ widens access'] : []),
    ...(note !== undefined && position === 0 ? [blockLine(note)] : []),
  ];
  return parts.length === 0 ? '' : `   ${parts.join(', ')}`;
}
