import type { Mend } from './check.ts';
import { ownLines } from './errors.ts';
import type { GrantryError } from './errors.ts';

/** What an error says to do about it. The lines of a hint that are indented are commands. */
export function mendOf({ hint = '' }: Pick<GrantryError, 'hint'>): Mend {
  const lines = ownLines(hint);
  return {
    words: lines.filter((line) => !isCommand(line)).join(' '),
    commands: lines.filter(isCommand).map((line) => line.trim()),
  };
}

function isCommand(line: string): boolean {
  return line.startsWith('  ');
}
