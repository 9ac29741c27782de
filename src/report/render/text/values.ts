import type { ChangeLine, Item } from '../../page.ts';
import { printable } from '../escape.ts';
import type { Style } from '../style.ts';
import { displayWidth, padTo, shorten } from '../width.ts';

/** One line of a terminal: what it says, and the same painted. */
export interface TerminalLine {
  readonly plain: string;
  readonly painted: string;
}

/** Lays the value of a change's line out in no more than `width` columns; names in lists are never cut. */
export function layoutValue({ value, alarm }: ChangeLine, width: number, style: Style): TerminalLine[] {
  if (value.kind === 'items') {
    return [
      ...itemLines('+', value.added, { width, style, paint: style.green }),
      ...itemLines('-', value.removed, { width, style, paint: style.red }),
    ];
  }
  // What a reviewer must not miss is never cut: its end may be what matters.
  const room = alarm === undefined ? width : Number.POSITIVE_INFINITY;
  if (value.kind === 'value') return [unpainted(fit(value.text, room, style))];
  if (value.kind === 'place') return [unpainted(`${style.arrow} ${printable(value.text, style)}`)];
  return replacement(printable(value.before, style), printable(value.after, style), { room, width, style });
}

function unpainted(plain: string): TerminalLine {
  return { plain, painted: plain };
}

function fit(text: string, width: number, style: Style): string {
  return shorten(printable(text, style), width, style.ellipsis);
}

interface ItemLayout {
  readonly width: number;
  readonly style: Style;
  readonly paint: (text: string) => string;
}

function itemLines(sign: '+' | '-', items: readonly Item[], layout: ItemLayout): TerminalLine[] {
  const { width, style, paint } = layout;
  const names = items.map(({ name }) => `${sign} ${printable(name, style)}`);
  if (items.every(({ about }) => about === undefined)) {
    const together = names.join('  ');
    const lines = items.length > 0 && displayWidth(together) <= width ? [together] : names;
    return lines.map((plain) => ({ plain, painted: paint(plain) }));
  }
  const nameWidth = Math.min(Math.max(...names.map(displayWidth)), MAX_NAME);
  return items.map(({ about = '' }, index) => {
    const bare = names[index] ?? '';
    const name = about === '' ? bare : padTo(bare, nameWidth);
    const room = Math.max(MIN_ABOUT, width - displayWidth(name) - 2);
    const remark = about === '' ? '' : `  ${fit(about, room, style)}`;
    return { plain: name + remark, painted: paint(name) + style.dim(remark) };
  });
}

const MAX_NAME = 32;
const MIN_ABOUT = 20;

interface ReplacementLayout {
  readonly room: number;
  readonly width: number;
  readonly style: Style;
}

function replacement(before: string, after: string, { room, width, style }: ReplacementLayout): TerminalLine[] {
  const arrow = ` ${style.arrow} `;
  if (before.length + after.length < width && displayWidth(before + arrow + after) <= width) {
    return [{ plain: before + arrow + after, painted: style.red(before) + arrow + style.green(after) }];
  }
  const narrow = room - displayWidth(arrow);
  const [left, right] =
    room === Number.POSITIVE_INFINITY ? [before, after] : fromDifference(before, after, { room: narrow, style });
  const first = shorten(left, room, style.ellipsis);
  const second = shorten(right, narrow, style.ellipsis);
  return [
    { plain: first, painted: style.red(first) },
    { plain: `${style.arrow} ${second}`, painted: `${style.arrow} ${style.green(second)}` },
  ];
}

/** Leaves a long common beginning out, so that two cut texts do not look the same. */
function fromDifference(
  before: string,
  after: string,
  { room, style }: { room: number; style: Style },
): [string, string] {
  let common = 0;
  while (common < before.length && before[common] === after[common]) common += 1;
  if (displayWidth(before.slice(0, common + 1)) <= room / 2) return [before, after];
  const start = Math.max(0, common - CONTEXT);
  return [style.ellipsis + wholeFrom(before, start), style.ellipsis + wholeFrom(after, start)];
}

/** Columns of the common beginning that stay. */
const CONTEXT = 24;

/** The text from an index on, without half a surrogate pair at its beginning. */
function wholeFrom(text: string, start: number): string {
  const code = text.charCodeAt(start);
  return text.slice(code >= 0xdc00 && code <= 0xdfff ? start + 1 : start);
}
