import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { captureIo } from '../../../test/support/process/captured-io.ts';
import { renderAdvance } from '../../report/index.ts';
import { Progress } from './progress.ts';

describe('how far things are', () => {
  it.each([
    [{ done: 9, failed: 0, elapsed: 3_000, sinceStep: 2_000 }, '9 of 1,000 changes'],
    [{ done: 10, failed: 0, elapsed: 60_000, sinceStep: 19_000 }, '10 of 1,000 changes, about 68 min left'],
    [{ done: 0, failed: 0, elapsed: 200, total: 1 }, '0 of 1 change'],
    [{ done: 0, failed: 0, elapsed: 200 }, '0 of 1,000 changes'],
    [{ done: 4, failed: 0, elapsed: 1_000 }, '4 of 1,000 changes'],
    [{ done: 412, failed: 2, elapsed: 28_000 }, '412 of 1,000 changes, 2 failed, about 40 s left'],
    [{ done: 990, failed: 0, elapsed: 10_000 }, '990 of 1,000 changes, about 1 s left'],
    [{ done: 100, failed: 0, elapsed: 20_000 }, '100 of 1,000 changes, about 3 min left'],
    [{ done: 1_000, failed: 0, elapsed: 20_000 }, '1,000 of 1,000 changes'],
  ])('%j', (advance, line) => {
    expect(renderAdvance({ what: 'change', total: 1_000, sinceStep: 0, ...advance })).toBe(line);
  });
});

describe('the progress of a run', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is a plain line every few seconds where there is no terminal, and nothing of what is soon done', () => {
    const { io, written } = captureIo();
    const progress = new Progress(io.stderr, { what: 'change', total: 100 }, Date.now);
    vi.advanceTimersByTime(4_900);
    for (let count = 0; count < 10; count += 1) progress.step(count === 0);
    vi.advanceTimersByTime(99);
    expect(written.stderr).toBe('');
    vi.advanceTimersByTime(1);
    expect(written.stderr).toBe('10 of 100 changes, 1 failed, about 45 s left\n');
    progress.end();
    vi.advanceTimersByTime(60_000);
    expect(written.stderr).toBe('10 of 100 changes, 1 failed, about 45 s left\n');
  });

  it('counts no time in which nothing was done', () => {
    const { io, written } = captureIo();
    const progress = new Progress(io.stderr, { what: 'change', total: 10 }, Date.now);
    vi.advanceTimersByTime(2_000);
    for (let count = 0; count < 5; count += 1) progress.step(false);
    vi.advanceTimersByTime(61_500);
    progress.step(false);
    vi.advanceTimersByTime(1_500);
    progress.end();
    expect(written.stderr.split('\n').slice(-3)).toEqual(['5 of 10 changes', '6 of 10 changes, about 1 s left', '']);
  });

  it('is shown several times a second on a terminal, and taken away at its end', () => {
    const { io } = captureIo();
    const shown: string[] = [];
    const stderr = {
      ...io.stderr,
      isTerminal: true,
      status: (line: string) => void shown.push(`status ${line}`),
      clearStatus: () => void shown.push('cleared'),
    };
    const progress = new Progress(stderr, { what: 'client', total: 2 }, Date.now);
    vi.advanceTimersByTime(200);
    progress.step(false);
    vi.advanceTimersByTime(200);
    progress.end();
    expect(shown).toEqual(['status 0 of 2 clients', 'status 1 of 2 clients', 'cleared']);
  });
});
