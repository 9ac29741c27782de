import { expect, it } from 'vitest';
import type { CheckFinding } from '../../model/check.ts';
import type { DoctorReport } from '../../model/report.ts';
import { makeStyle, renderDoctor } from '../index.ts';

function reportOf(finding: CheckFinding): DoctorReport {
  const checks = [{ id: 'one', purposes: ['plan' as const], title: 'one', finding }];
  const head = { target: 'dev', stack: 'acme', provider: 'a provider', store: 'a store' };
  return { ...head, purposes: ['plan'], servers: [{ side: 'provider', name: 'a provider', checks }] };
}

it.each(['text', 'markdown'] as const)('in %s a name with a line break makes no command of its own', (format) => {
  const mend = { words: 'Run\nthis:', commands: ["tool -r 'a\nrm everything'"] };
  const report = reportOf({ kind: 'problem', what: 'it is so', why: 'it matters', mend });
  const text = renderDoctor(report, { format, style: makeStyle({ color: false, unicode: true }) });
  expect(text).toContain("tool -r 'a rm everything'");
  expect(text).not.toMatch(/^\s*rm everything/m);
});
