import { expect, test } from 'vitest';
import type { ApplyReport, ChangeResult, ClientProof } from '../../model/report.ts';
import { makeStyle, renderApply } from '../index.ts';

/** What an apply looks like, golden cases show: test/golden/results. */
const style = makeStyle({ color: false, unicode: true });

const done: ChangeResult = { address: 'Client/legacy-export', op: 'delete', outcome: 'done', duration: 210 };
const before: ChangeResult = { ...done, outcome: 'done-before', duration: 0 };
const failed: ChangeResult = { ...done, outcome: 'failed', reason: 'the server did not answer' };
const proof: ClientProof = {
  address: 'Client/order-service',
  place: 'secret/m2m/order-service',
  storeVersion: 3,
  checks: [{ claim: 'the credential in the store works', outcome: 'passed' }],
  duration: 300,
};
const unproven: ClientProof = { ...proof, checks: [{ claim: 'the token is signed by the realm', outcome: 'failed' }] };
const nothing: ApplyReport = {
  target: 'dev',
  stack: 'acme-platform',
  provider: 'Keycloak http://localhost:8080 realm acme',
  store: 'Vault secret/m2m',
  startedAt: '2026-11-22T10:00:00.000Z',
  results: [],
  proofs: [],
  interrupted: false,
  overriddenGuards: [],
  audit: [],
};

test.each<[Partial<ApplyReport>, string]>([
  [{}, 'There was nothing to do.'],
  [{ proofs: [proof] }, 'There was nothing to do. 1 client proven.'],
  [{ results: [done] }, '1 change done.'],
  [{ results: [before] }, '1 change done before this run.'],
  [{ results: [before, done] }, '1 change done, 1 done before.'],
  [{ results: [failed], proofs: [unproven] }, '0 changes done, 1 failed. 1 client not proven.'],
])('the summary of an apply: case %#', (special, expected) => {
  const text = renderApply({ ...nothing, ...special }, { format: 'text', style });
  expect(text.split('\n').at(-2)).toBe(expected);
});

test('a run that was stopped, and whose lock was broken, says so in every format', () => {
  const report = { ...nothing, interrupted: true, brokeLock: 'ann on ci-7' };
  const [text, markdown, json] = (['text', 'markdown', 'json'] as const).map((format) =>
    renderApply(report, { format, style }),
  );
  for (const rendering of [text, markdown])
    expect(rendering).toContain('Stopped on request: what is not listed as done or failed was not begun.');
  expect(text).toContain('Broke the lock of ann on ci-7.');
  expect(markdown).toContain('Broke the lock of `ann on ci-7`.');
  expect(json).toContain('"brokeLock": "ann on ci-7"');
  expect(json).toContain('"interrupted": true');
});

test('failures that do not fit into a comment are counted', () => {
  const results = Array.from({ length: 3000 }, (_, index): ChangeResult => ({
    ...failed,
    address: `Client/c${index}`,
  }));
  const markdown = renderApply({ ...nothing, results }, { format: 'markdown', style });
  expect(markdown.length).toBeLessThan(65_536);
  expect(markdown).toMatch(/\*\*2,\d{3} more failures are not shown here\.\*\*\n$/);
});

test('what went well does not push failures out of a comment', () => {
  const many = Array.from({ length: 5000 }, (_, index): ChangeResult => ({ ...done, address: `Client/c${index}` }));
  const skipped = many.map((result): ChangeResult => ({ ...result, outcome: 'skipped', reason: 'waits for Api/a' }));
  const results = [...many, ...skipped, ...many.slice(0, 50).map((result) => ({ ...failed, address: result.address }))];
  const markdown = renderApply({ ...nothing, results }, { format: 'markdown', style });
  expect(Buffer.byteLength(markdown)).toBeLessThan(65_536);
  expect(markdown.match(/<b>failed<\/b>/g)).toHaveLength(50);
  expect(markdown).toContain('<summary>5000 skipped</summary>');
  expect(markdown.match(/\nand [\d,]+ more\n/g)).toHaveLength(2);
});
