import { codeSpan } from './escape.ts';

/** How the work on one of several targets ended. */
export interface TargetEnding {
  readonly target: string;
  readonly exitCode: number;
}

/** The gravest first. Those that need nobody's attention are only counted. */
const GROUPS = [
  { exitCode: 1, words: 'failed' },
  { exitCode: 4, words: 'unreachable or not allowed in' },
  { exitCode: 3, words: 'refused' },
  { exitCode: 2, words: 'with changes pending' },
];

/** `20 targets: 1 unreachable or not allowed in (prod-ap), 19 done.` */
export function renderTargetsSummary(endings: readonly TargetEnding[], format: 'text' | 'markdown'): string {
  const nameOf = ({ target }: TargetEnding): string => (format === 'markdown' ? codeSpan(target) : target);
  const groups = GROUPS.flatMap(({ exitCode, words }) => {
    const those = endings.filter((ending) => ending.exitCode === exitCode);
    return those.length === 0 ? [] : [`${those.length} ${words} (${those.map(nameOf).join(', ')})`];
  });
  const done = endings.filter(({ exitCode }) => exitCode === 0).length;
  const parts = done === 0 ? groups : [...groups, `${done} done`];
  return `${endings.length} targets: ${parts.join(', ')}.\n`;
}
