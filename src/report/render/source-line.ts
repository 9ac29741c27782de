/** Of a longer source line a part is shown, and that much to the left of what the finding is about. */
const MAX_SOURCE = 100;
const SOURCE_BEFORE = 60;

/** The part of a source line around a column, and where the column is in it. */
export function clipSource(line: string, column: number, ellipsis: string): { text: string; column: number } {
  if (line.length <= MAX_SOURCE) return { text: line, column };
  const start = column > MAX_SOURCE - 10 ? column - SOURCE_BEFORE : 0;
  const end = start + MAX_SOURCE;
  const before = start > 0 ? ellipsis : '';
  const text = `${before}${line.slice(start, end)}${end < line.length ? ellipsis : ''}`;
  return { text, column: column - start + before.length };
}
