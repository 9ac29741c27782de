import { expect, test } from 'vitest';
import { captureIo } from '../../../test/support/process/captured-io.ts';
import { updateClient } from '../../../test/support/bench/plans.ts';
import type { RunEvent } from '../../engine/run/events.ts';
import type { ChangeResult, RotationResult } from '../../model/report.ts';
import { makeRunContext } from './run-context.ts';

const change = updateClient('orders', {}, {});
const changed = (outcome: ChangeResult['outcome']): RunEvent => ({
  kind: 'change-ended',
  change,
  result: { address: 'Client/orders', op: 'update', outcome, duration: 5, reason: 'because' },
});
const rotated = (outcome: RotationResult['outcome']): RunEvent => ({
  kind: 'rotation-ended',
  result: {
    address: 'Client/orders',
    op: 'rotate',
    outcome,
    duration: 5,
    place: 'secret/orders',
    checks: [],
    reason: 'because',
  },
});

/** Lines on standard error after work of so many parts began. */
function linesOf(total: number, unit: 'change' | 'rotation', ...events: readonly RunEvent[]): string[] {
  const { io, written } = captureIo();
  const { emit } = makeRunContext(io);
  emit({ kind: 'work-begun', unit, total });
  for (const event of events) emit(event);
  return written.stderr.split('\n').filter((line) => line !== '');
}

test('what ended is a line, with its reason where it failed', () => {
  expect(linesOf(2, 'change', changed('done'), changed('failed'))).toEqual([
    expect.stringContaining('Client/orders'),
    expect.stringContaining('because'),
  ]);
  expect(linesOf(1, 'rotation', rotated('done'))).toEqual([expect.stringContaining('Client/orders')]);
});

test('of very many only what failed is a line', () => {
  expect(linesOf(100_000, 'change', changed('done'))).toEqual([]);
  expect(linesOf(100_000, 'change', changed('failed'))).toEqual([expect.stringContaining('Client/orders')]);
  expect(linesOf(100_000, 'rotation', rotated('done'), rotated('failed'))).toEqual([
    expect.stringContaining('Client/orders'),
  ]);
});

test('a notice is one line, whatever words of others it holds', () => {
  const notice: RunEvent = { kind: 'notice', text: 'The policy "a\n::error::no"' };
  expect(linesOf(1, 'change', notice)).toEqual(['The policy "a\\n::error::no"']);
});
