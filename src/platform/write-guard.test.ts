import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WriteGuard } from './write-guard.ts';

const closed = (): never => {
  throw new Error('the lock is lost');
};

test('what is sent for no work in particular passes', async () => {
  const writeGuard = new WriteGuard();
  await writeGuard.during(closed, async () => undefined);
  expect(() => writeGuard.pass()).not.toThrow();
});

test('what a work sends passes while its condition holds', async () => {
  const writeGuard = new WriteGuard();
  let held = true;
  await writeGuard.during(
    () => void (held || closed()),
    async () => {
      expect(() => writeGuard.pass()).not.toThrow();
      await Promise.resolve();
      held = false;
      expect(() => writeGuard.pass()).toThrow('the lock is lost');
    },
  );
});

test('what a work left behind sends nothing once the work has ended, also where that failed', async () => {
  const writeGuard = new WriteGuard();
  for (const end of [async () => undefined, () => Promise.reject(new Error('failed'))]) {
    let left: Promise<void> | undefined;
    await writeGuard
      .during(
        () => undefined,
        () => {
          left = turn().then(() => writeGuard.pass());
          return end();
        },
      )
      .catch(() => undefined);
    await expect(left).rejects.toThrow('the work that this belongs to has ended: nothing more is sent');
  }
});

test('a write is noted for good', () => {
  const writeGuard = new WriteGuard();
  expect(writeGuard.written).toBe(false);
  writeGuard.noteWrite();
  expect(writeGuard.written).toBe(true);
});
