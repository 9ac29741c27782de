import type { ReportFormat } from '../../report/index.ts';
import { expect, it } from 'vitest';
import { captureIo } from '../../../test/support/process/captured-io.ts';
import { GrantryError } from '../../model/errors.ts';
import { Reports, mayMeanSeveral } from './reports.ts';

function reportsIn(format: ReportFormat): { reports: Reports; written: { stdout: string; stderr: string } } {
  const { io, written } = captureIo();
  return { reports: new Reports({ format }, io), written };
}

const outage = new GrantryError('UNREACHABLE', 'Vault is away', { hint: 'Wake it.' });

it.each([
  [['dev'], false],
  [['dev', 'dev'], true],
  [['prod-*'], true],
  [['{dev,prod}'], true],
])('reports: %j may mean several targets: %s', (selectors, expected) => {
  expect(mayMeanSeveral(selectors)).toBe(expected);
});

it('reports: puts a blank line between reports in text and Markdown', () => {
  const text = reportsIn('text');
  text.reports.show('a\n');
  text.reports.fail('b', outage);
  text.reports.show('c\n');
  text.reports.end([
    { target: 'a', exitCode: 0 },
    { target: 'b', exitCode: 4 },
    { target: 'c', exitCode: 0 },
  ]);
  const stdout = 'a\n\nc\n\n3 targets: 1 unreachable or not allowed in (b), 2 done.\n';
  expect(text.written).toEqual({ stdout, stderr: 'b: error: Vault is away\nWake it.\n' });

  const markdown = reportsIn('markdown');
  markdown.reports.show('### `a`\n');
  markdown.reports.fail('b', outage);
  markdown.reports.end([{ target: 'b', exitCode: 4 }]);
  expect(markdown.written.stdout).toBe('### `a`\n\n### `b`: failed\n\n```text\nVault is away\nWake it.\n```\n');
});

it('reports: writes one JSON document at the end, with the targets that failed in it', () => {
  const { reports, written } = reportsIn('json');
  reports.show('{\n  "kind": "plan",\n  "text": "a\\nb"\n}\n');
  reports.fail('b', outage);
  reports.fail('c', new TypeError('canary'));
  expect(written.stdout).toBe('');
  reports.end([
    { target: 'a', exitCode: 0 },
    { target: 'b', exitCode: 4 },
    { target: 'c', exitCode: 1 },
  ]);
  expect(JSON.parse(written.stdout)).toEqual({
    formatVersion: 1,
    kind: 'targets',
    exitCodes: { a: 0, b: 4, c: 1 },
    targets: [
      { kind: 'plan', text: 'a\nb' },
      {
        formatVersion: 1,
        kind: 'error',
        target: 'b',
        code: 'UNREACHABLE',
        message: 'Vault is away',
        hint: 'Wake it.',
        exitCode: 4,
      },
      {
        formatVersion: 1,
        kind: 'error',
        target: 'c',
        code: 'UNKNOWN',
        message: 'something went wrong that grantry does not know (TypeError)',
        exitCode: 1,
      },
    ],
  });
});
