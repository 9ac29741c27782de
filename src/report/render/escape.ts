import { printable } from '../../model/text/printable.ts';

export { printable } from '../../model/text/printable.ts';

/** An inline code span; inside one, Markdown, HTML, mentions and links are plain text. */
export function codeSpan(text: string): string {
  const shown = printable(text, { unicode: true });
  const ticks = '`'.repeat(longestRun(shown) + 1);
  const pad = shown === '' || /^[ `]|[ `]$/.test(shown) ? ' ' : '';
  return `${ticks}${pad}${shown}${pad}${ticks}`;
}

/** A code element for use inside HTML, where Markdown is not read. */
export function codeElement(text: string): string {
  const shown = printable(text, { unicode: true });
  return `<code>${shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</code>`;
}

/** A fenced block that its content cannot end; every line must have gone through `printable`. */
export function fencedBlock(language: string, lines: readonly string[]): string {
  const content = lines.join('\n');
  const ticks = '`'.repeat(Math.max(3, longestRun(content) + 1));
  return `${ticks}${language}\n${content}\n${ticks}`;
}

function longestRun(text: string): number {
  let longest = 0;
  for (const run of text.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  return longest;
}
