import { GrantryError, InvalidManifests, exitCodeOf } from '../model/errors.ts';
import { codeSpan, fencedBlock, printable, printableJson } from './escape.ts';
import { findingItems } from './finding-words.ts';

/** What went wrong, of anything that was thrown. Of an error that is not ours only its name: it may quote anything. */
export function errorMessage(error: unknown): string {
  if (error instanceof GrantryError) return error.message;
  return `something went wrong that grantry does not know (${error instanceof Error ? error.name : 'Error'})`;
}

/** A failed command, or a target that failed, for programs. */
export function renderErrorJson(error: unknown, target?: string): string {
  const known = error instanceof GrantryError ? error : undefined;
  return `${printableJson({
    formatVersion: 1,
    kind: 'error',
    target,
    code: known?.code ?? 'UNKNOWN',
    message: errorMessage(error),
    hint: known?.hint,
    exitCode: known === undefined ? 1 : exitCodeOf(known.code),
    ...known?.details,
  })}\n`;
}

/** A failed command, or a target that failed, for a comment. */
export function renderErrorMarkdown(error: unknown, target?: string): string {
  const hint = error instanceof GrantryError ? error.hint : undefined;
  const lines = [errorMessage(error), ...(hint === undefined ? [] : [hint])].flatMap((text) => text.split('\n'));
  const title = target === undefined ? 'grantry failed' : `${codeSpan(target)}: failed`;
  const block = fencedBlock(
    'text',
    lines.map((line) => printable(line, { unicode: true })),
  );
  const items = error instanceof InvalidManifests ? `\n${findingItems(error.findings).join('\n')}\n` : '';
  return `### ${title}\n\n${block}\n${items}`;
}
