import type { CheckFinding, CheckResult } from '../../../src/model/check.ts';

/** What is not fine, by the ids of the checks. */
export function troubles(results: readonly CheckResult[]): Readonly<Record<string, CheckFinding['kind']>> {
  return Object.fromEntries(
    results.flatMap(({ id, finding }) => (finding.kind === 'fine' ? [] : [[id, finding.kind]])),
  );
}

/** What a check found; fails where there is none of this id, or more than one. */
export function findingOf(results: readonly CheckResult[], id: string): CheckFinding {
  const [result, ...more] = results.filter((each) => each.id === id);
  if (result === undefined || more.length > 0) throw new Error(`${more.length + 1} checks are called ${id}`);
  return result.finding;
}

/** The words of a finding and of its mend. */
export function wordsOf(finding: CheckFinding): string {
  if (finding.kind === 'fine') return finding.detail ?? '';
  return [finding.what, finding.why, finding.mend?.words, ...(finding.mend?.commands ?? [])].join('\n');
}

/** All commands that the findings name, in their order. */
export function commandsOf(results: readonly CheckResult[]): readonly string[] {
  return results.flatMap(({ finding }) => (finding.kind === 'fine' ? [] : (finding.mend?.commands ?? [])));
}
