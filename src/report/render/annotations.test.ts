import { expect, test } from 'vitest';
import type { Finding } from '../../model/finding.ts';
import { renderAnnotations } from './annotations.ts';

const finding = (message: string, severity: Finding['severity'] = 'error'): Finding => ({
  severity,
  rule: 'unknown-key',
  message,
  position: { file: 'manifests/a,b.yaml', line: 3, column: 5 },
});

test('a finding is shown at its line', () => {
  expect(renderAnnotations([{ ...finding('unknown key "acess"'), suggestion: 'access' }])).toBe(
    '::error file=manifests/a%2Cb.yaml,line=3,col=5,title=grantry unknown-key::unknown key "acess"; did you mean "access"?\n',
  );
});

test('a message cannot begin a command of its own', () => {
  const rendered = renderAnnotations([finding('100 %\n::set-output name=x::y')]);
  expect(rendered.split('\n')).toHaveLength(2);
  expect(rendered).toContain('100 %25');
});

test('no more are shown than GitHub does, errors first', () => {
  const many = [finding('w', 'warning'), ...Array.from({ length: 30 }, () => finding('e'))];
  const lines = renderAnnotations(many).trimEnd().split('\n');
  expect(lines).toHaveLength(11);
  expect(lines[0]).toMatch(/^::error/);
  expect(lines.at(-1)).toMatch(/^::warning/);
});
