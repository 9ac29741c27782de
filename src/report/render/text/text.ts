import type { Block, Page, Phrase, Words } from '../../page.ts';
import { capitalised, textOf } from '../../words.ts';
import { printable } from '../escape.ts';
import type { Style } from '../style.ts';
import { changeTable } from './changes.ts';
import { findingLines } from './findings.ts';
import { outcomeTable } from './outcomes.ts';
import { refusalLines } from './refusals.ts';
import { tableLines } from './table.ts';

/** A page for a terminal: its blocks, and right below them what it came to. */
export function renderText(page: Page, style: Style): string {
  const { headline, sentences, remarks, blocks, notices, isBrief = false } = page;
  const summary = phraseLine(isBrief ? sentences : capitalisedFirst([...headline, ...sentences]), style);
  const lines = [
    ...titleLines(page, style),
    ...blocks.flatMap((block) => blockLines(block, style)),
    ...remarks.map(({ words, isWarning }) => (isWarning ? style.yellow(show(words, style)) : show(words, style))),
    ...(summary === '' ? [] : [summary]),
    ...notices.map((notice) => style.yellow(printable(notice, style))),
  ];
  return `${lines.join('\n')}\n`;
}

/** The target, its two servers and its stack, in one line. */
function titleLines({ head: { name, origin }, headline, isBrief = false }: Page, style: Style): string[] {
  const title = name === undefined ? '' : `${style.bold(show(name, style))}: `;
  if (isBrief) return [title + phraseLine(headline, style)];
  if (origin === undefined) return [];
  const { provider, store, stack } = origin;
  const servers = store === undefined ? provider : `${provider}, ${store}`;
  return [title + printable(`${servers}, stack ${stack}`, style), ''];
}

/** Phrases as sentences on one line. */
function phraseLine(phrases: readonly Phrase[], style: Style): string {
  const paints: Record<NonNullable<Phrase['tone']> | 'none', (text: string) => string> = {
    good: style.green,
    bad: style.red,
    alarm: (text: string): string => style.bold(style.yellow(text)),
    none: (text: string): string => text,
  };
  return phrases.map(({ words, tone }) => `${paints[tone ?? 'none'](show(words, style))}.`).join(' ');
}

function capitalisedFirst([first, ...rest]: readonly Phrase[]): Phrase[] {
  return first === undefined ? [] : [{ ...first, words: capitalised(first.words) }, ...rest];
}

function show(words: Words, style: Style): string {
  return textOf(words, ({ untrusted }) => printable(untrusted, style));
}

/** Every block ends with a blank line. */
function blockLines(block: Block, style: Style): string[] {
  const lines = linesOf(block, style);
  return lines.length === 0 ? [] : [...lines, ''];
}

function linesOf(block: Block, style: Style): string[] {
  switch (block.kind) {
    case 'refusals':
      return refusalLines(block, style);
    case 'changes':
      return changeTable(block, style);
    case 'outcomes':
      return outcomeTable(block, style);
    case 'table':
      return tableLines(block, style);
    case 'findings':
      return findingLines(block.findings, style);
    case 'code':
      return block.lines.map((line) => printable(line, style));
    default:
      return block satisfies never;
  }
}
