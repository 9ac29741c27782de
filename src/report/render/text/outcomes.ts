import type { Outcome, OutcomeGroup, OutcomeNote, OutcomesBlock } from '../../page.ts';
import { printable } from '../escape.ts';
import type { Style } from '../style.ts';
import { displayWidth, wrap } from '../width.ts';
import {
  LEFT_COLUMN,
  columnAfter,
  hangingLines,
  hintLines,
  indented,
  padToColumn,
  plainText,
  textColumn,
} from './parts.ts';

/** A line for each piece of work, the worst last, and below it what went wrong. */
export function outcomeTable({ groups, widths }: OutcomesBlock, style: Style): string[] {
  const heads = groups.flatMap((group) => group.outcomes.map((outcome) => headOf(outcome, group, style)));
  const column = columnAfter(heads, LEFT_COLUMN);
  return groups
    .toReversed()
    .flatMap((group) =>
      group.outcomes.flatMap((outcome) => [
        ...outcomeLines(outcome, group, { column, ...widths }, style),
        ...(outcome.notes ?? []).flatMap((note) => noteLines(note, style)),
      ]),
    );
}

/** How a mark looks: its glyph, and how it is painted. */
export function lookOf(mark: OutcomeGroup['mark'], style: Style): [string, (text: string) => string] {
  switch (mark) {
    case 'passed':
      return [style.passed, style.green];
    case 'failed':
      return [style.failed, style.red];
    case 'skipped':
      return [style.skipped, style.yellow];
    case 'idle':
      return [style.skipped, style.dim];
    case 'same':
    default:
      return ['=', style.dim];
  }
}

function headOf({ name }: Outcome, { mark }: OutcomeGroup, style: Style): string {
  return `  ${lookOf(mark, style)[0]} ${printable(name, style)}`;
}

interface Columns {
  readonly column: number;
  readonly what: number;
  readonly word: number;
}

function outcomeLines(outcome: Outcome, group: OutcomeGroup, columns: Columns, style: Style): string[] {
  const { what, word = group.word, brief = '', text, hint = '' } = outcome;
  const [, paint] = lookOf(group.mark, style);
  const head = [
    { text: padToColumn(headOf(outcome, group, style), columns.column), paint },
    ...(what === undefined ? [] : [{ text: padToColumn(what, columns.what + 2) }]),
    { text: padToColumn(word, columns.word + 2), paint },
  ];
  const said = [brief, printable(text, style)].filter((part) => part !== '').join('; ');
  const below = textColumn(plainText(head), style.width);
  return [...hangingLines(head, { text: said }, style), ...hintLines(hint, below, style)];
}

function noteLines({ mark, text, detail = '' }: OutcomeNote, style: Style): string[] {
  const shown = printable(text, style);
  if (mark === 'open')
    return hangingLines([{ text: '      ? ', paint: style.dim }], { text: shown, paint: style.dim }, style);
  const head = `      ${style.failed} `;
  const below = displayWidth(head);
  return [
    ...hangingLines([{ text: head, paint: style.red }], { text: shown }, style),
    ...(detail === '' ? [] : indented(wrap(printable(detail, style), style.width - below), below, style.dim)),
  ];
}
