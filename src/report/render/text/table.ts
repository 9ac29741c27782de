import type { TableBlock } from '../../page.ts';
import { printable } from '../escape.ts';
import type { Style } from '../style.ts';
import { columnLine, columnWidths, wrap } from '../width.ts';
import { indented } from './parts.ts';

/** A row on a line, those that need somebody marked. */
export function tableLines({ heads, rows }: TableBlock, style: Style): string[] {
  const cells = rows.map((row) => row.cells.map((cell) => printable(cell, style)));
  const widths = columnWidths([heads, ...cells]);
  return [
    style.dim(`  ${columnLine(heads, widths)}`),
    ...rows.flatMap(({ isWarning, remarks }, index) => {
      const line = `  ${columnLine(cells[index] ?? [], widths)}`;
      return [
        isWarning ? style.yellow(line) : line,
        ...remarks.flatMap((remark) => indented(wrap(printable(remark, style), style.width - 6), 6, style.yellow)),
      ];
    }),
  ];
}
