/** The outcome of a replay in words. */
import type { Outcome, Verdict } from './replay.ts';

export function countOutcomes(verdicts: readonly Verdict[]): Record<Outcome, number> {
  const counts: Record<Outcome, number> = { alike: 0, different: 0, 'not supported': 0, 'left out': 0 };
  for (const { outcome } of verdicts) counts[outcome] += 1;
  return counts;
}

/** Differences first, then what the counts do not say, and the counts as the last line. */
export function reportReplay(verdicts: readonly Verdict[]): string {
  const counts = countOutcomes(verdicts);
  const partly = verdicts.filter((verdict) => verdict.partly).length;
  const assumed = verdicts.filter((verdict) => verdict.assumed !== undefined);
  return [
    ...verdicts.filter(({ outcome }) => outcome === 'different').flatMap(describeDifference),
    ...tally(verdicts, 'not supported'),
    ...tally(verdicts, 'left out'),
    `of the alike, ${partly} are about objects whose history the recording does not show in full: compared as far as the request decides`,
    `of the alike, ${assumed.length} are so on another assumption than the likeliest about what the recording does not show:`,
    ...assumed.map(({ pair, assumed: world }) => `  ${pair.sourceRecording}: ${world}`),
    `${counts.alike} alike, ${counts.different} different, ${counts['not supported']} not supported, ${counts['left out']} left out`,
  ].join('\n');
}

function describeDifference({ pair, reasons }: Verdict): string[] {
  return [
    `different: ${pair.method} ${pair.path} -> ${pair.status} (${pair.sourceRecording})`,
    ...reasons.map((reason) => `  ${reason}`),
  ];
}

function tally(verdicts: readonly Verdict[], outcome: Outcome): string[] {
  const counts = new Map<string, number>();
  for (const { outcome: actual, reasons } of verdicts) {
    const reason = reasons.join('; ');
    if (actual === outcome) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => `${outcome}: ${count} x ${reason}`);
}
