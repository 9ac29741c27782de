import { describe, expect, test } from 'vitest';
import { retry, retryAfterMs } from './retry.ts';
import type { Again } from './retry.ts';

function fakeTime(random = 0.5) {
  const sleeps: number[] = [];
  const clock = { now: () => 0, sleep: async (ms: number) => void sleeps.push(ms) };
  return { sleeps, ports: { clock, random: () => random } };
}

const policy = { retries: 4, baseMs: 100, maxMs: 500, maxAfterMs: 10_000 };

function untilThree(outcome: object): Again {
  return 'value' in outcome && outcome.value === 3 ? false : {};
}

describe('retry', () => {
  test('takes the first outcome that is final', async () => {
    const { sleeps, ports } = fakeTime();
    let calls = 0;
    const attempt = async (): Promise<number> => {
      calls += 1;
      return calls;
    };
    expect(await retry(attempt, untilThree, ports, policy)).toBe(3);
    expect(sleeps).toEqual([75, 150]);
  });

  test.each([
    [0, [50, 100, 200, 250]],
    [1, [100, 200, 400, 500]],
  ])('waits longer each time, up to a limit, of which half is random (%d)', async (random, expected) => {
    const { sleeps, ports } = fakeTime(random);
    await expect(
      retry(
        () => Promise.reject(new Error('down')),
        () => ({}),
        ports,
        policy,
      ),
    ).rejects.toThrow('down');
    expect(sleeps).toEqual(expected);
  });

  test('waits as long as the server asks, and not at all when that is too long', async () => {
    const { sleeps, ports } = fakeTime();
    const waits = [2_000, 11_000];
    const again = (): Again => ({ afterMs: waits.shift() });
    expect(await retry(async () => 'busy', again, ports, policy)).toBe('busy');
    expect(sleeps).toEqual([2_000]);
  });

  test('stops when it is aborted', async () => {
    const { ports } = fakeTime();
    const controller = new AbortController();
    const attempt = (): Promise<never> => {
      controller.abort(new Error('stop'));
      return Promise.reject(new Error('down'));
    };
    await expect(retry(attempt, () => ({}), { ...ports, signal: controller.signal })).rejects.toThrow('down');
    await expect(retry(attempt, () => ({}), { ...ports, signal: controller.signal })).rejects.toThrow('stop');
  });
});

test.each([
  ['7', 7_000],
  ['0', 0],
  ['Sun, 22 Nov 2026 00:00:30 GMT', 30_000],
  ['Sat, 21 Nov 2026 00:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
])('Retry-After: %s', (value, expected) => {
  const now = Date.parse('2026-11-22T00:00:00Z');
  expect(retryAfterMs(new Headers({ 'retry-after': value }), now)).toBe(expected);
});
