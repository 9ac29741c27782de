// Rows as a table for people.
import { isKept } from './row.mjs';

const HEAD = ['what', 'against', 'ratio', 'grantry', 'floor', 'must keep', 'kept'];
/** Columns of numbers are set flush right. */
const RIGHT = new Set([2, 3, 4]);

export function renderTable(rows) {
  const lines = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => pad(cell, widths[column], column))
      .join('  ')
      .trimEnd(),
  );
  return `${text.join('\n')}\n`;
}

function cellsOf(row) {
  return [
    row.name,
    row.floorName,
    row.ratio.toFixed(2),
    quantity(row.value, row.unit),
    quantity(row.floor, row.unit),
    row.limit === undefined ? '' : boundOf(row),
    row.limit === undefined ? '' : isKept(row) ? 'yes' : 'NO',
  ];
}

function boundOf({ bound, limit, unit }) {
  const amount = quantity(limit, unit);
  return bound === amount ? bound : `${bound} = ${amount}`;
}

function quantity(value, unit) {
  if (unit === 'bytes') return `${(value / 1e6).toFixed(1)} MB`;
  if (unit === 'MiB') return `${Math.round(value)} MiB`;
  if (unit === 'x') return `${value.toFixed(1)}x`;
  if (unit !== 'ms') return `${value} ${unit}`;
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`;
}

function pad(cell, width, column) {
  return RIGHT.has(column) ? cell.padStart(width) : cell.padEnd(width);
}
