import type { Block, Page, Phrase } from '../../page.ts';
import { fencedBlock } from '../escape.ts';
import { codePart, findingParts, refusalParts, tablePart } from './blocks.ts';
import { changeParts } from './changes.ts';
import { outcomeParts } from './outcomes.ts';
import { MARKDOWN_LIMIT, blockLine, bytesOf, fillLines, inlineCode, inlineWords } from './parts.ts';

/** Columns of a sentence from somebody else. */
const MAX_SENTENCE = 1_000;

/** A page for a comment on a pull request, no longer than one may be. */
export function renderMarkdown(page: Page, limit: number = MARKDOWN_LIMIT): string {
  const fixed = [
    `### ${titleOf(page)}`,
    ...sentenceParts(page.sentences),
    ...page.remarks.map(({ words }) => inlineWords(words)),
    ...originParts(page),
    ...page.blocks.flatMap((block) => shortParts(block, limit)),
    ...noticeParts(page.notices, limit / 8),
  ];
  const room = limit - bytesOf(fixed);
  return `${[...fixed, ...longParts(page.blocks, room, limit)].join('\n\n')}\n`;
}

function titleOf({ head: { name }, headline }: Page): string {
  const said = headline.map(({ words }) => inlineWords(words)).join(', ');
  return name === undefined ? said : `${inlineWords(name)}: ${said}`;
}

/** What a reviewer must not miss first, and marked. */
function sentenceParts(sentences: readonly Phrase[]): string[] {
  const of = (wanted: (tone: Phrase['tone']) => boolean): string =>
    sentences.flatMap(({ words, tone }) => (wanted(tone) ? [`${inlineWords(words)}.`] : [])).join(' ');
  const [alarm, bad] = [of((tone) => tone === 'alarm'), of((tone) => tone === 'bad')];
  const calm = of((tone) => tone !== 'alarm' && tone !== 'bad');
  const parts = [...(alarm === '' ? [] : [`**▲ ${alarm}**`]), ...(bad === '' ? [] : [`**${bad}**`]), calm];
  const paragraph = parts.filter((part) => part !== '').join(' ');
  return paragraph === '' ? [] : [paragraph];
}

function originParts({ head: { origin } }: Page): string[] {
  if (origin === undefined) return [];
  const { provider, store, stack } = origin;
  const servers = [provider, ...(store === undefined ? [] : [store])].map((server) => inlineCode(server));
  return [`${servers.join(', ')}, stack ${inlineCode(stack)}`];
}

function noticeParts(notices: readonly string[], bytes: number): string[] {
  if (notices.length === 0) return [];
  const lines = fillLines({ items: notices, bytes, make: (notice) => blockLine(notice, MAX_SENTENCE) });
  return [fencedBlock('text', lines)];
}

/** Blocks that stand above all others. */
function shortParts(block: Block, limit: number): string[] {
  if (block.kind === 'refusals') return refusalParts(block, limit / 4);
  return block.kind === 'code' ? [codePart(block, limit / 2)] : [];
}

/** Blocks that share the room that is left. */
function longParts(blocks: readonly Block[], room: number, limit: number): string[] {
  const outcomes = blocks.filter((block) => block.kind === 'outcomes');
  const parts = outcomeParts(outcomes, room);
  for (const block of blocks) parts.push(...longPart(block, room - bytesOf(parts), limit));
  return parts;
}

function longPart(block: Block, room: number, limit: number): string[] {
  switch (block.kind) {
    case 'changes':
      return changeParts(block, { room, share: limit / 4 });
    case 'table':
      return [tablePart(block, room)];
    case 'findings':
      return findingParts(block, room);
    case 'refusals':
    case 'code':
    case 'outcomes':
      // They stand above: the outcomes of all blocks together, so that what went wrong comes first.
      return [];
    default:
      return block satisfies never;
  }
}
