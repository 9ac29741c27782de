import { expect, test } from 'vitest';
import type { ChangeResult } from '../model/report.ts';
import { makeStyle, renderProgress } from './index.ts';

const plain = makeStyle({ color: false, unicode: true });

test.each<[ChangeResult, string]>([
  [{ address: 'Client/a', op: 'create', outcome: 'done', duration: 1240, storeVersion: 1 }, '✓ create Client/a (1.2s)'],
  [
    { address: 'Client/a', op: 'update', outcome: 'failed', duration: 90, reason: 'no\nanswer' },
    '✗ failed: update Client/a: no\\nanswer (90ms)',
  ],
  [{ address: 'Client/a', op: 'adopt', outcome: 'failed', duration: 0 }, '✗ failed: adopt Client/a'],
  [
    { address: 'Api/a', op: 'delete', outcome: 'skipped', duration: 5, reason: 'waits' },
    '○ skipped: delete Api/a: waits',
  ],
])('progress, case %#', (result, line) => {
  expect(renderProgress(result, plain)).toBe(line);
});

test('progress in colour', () => {
  const style = makeStyle({ color: true, unicode: false });
  const line = renderProgress({ address: 'Client/a', op: 'create', outcome: 'done', duration: 5 }, style);
  const escape = String.fromCodePoint(0x1b);
  expect(line).toBe(`${escape}[32mok${escape}[39m create Client/a${escape}[2m (5ms)${escape}[22m`);
});
