import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';

test('sleeping takes time, and ends at once with the reason of an abort', async () => {
  const start = systemClock.now();
  await systemClock.sleep(20);
  expect(systemClock.now() - start).toBeGreaterThanOrEqual(19);
  const controller = new AbortController();
  const sleeping = systemClock.sleep(60_000, controller.signal);
  controller.abort(new Error('stop'));
  await expect(sleeping).rejects.toThrow('stop');
  await expect(systemClock.sleep(1, controller.signal)).rejects.toThrow('stop');
});
