import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WriteGuard } from './write-guard.ts';

test('what work sends passes while its condition holds', async () => {
  const writeGuard = new WriteGuard();
  let held = true;
  const condition = (): void => {
    if (!held) throw new Error('lost');
  };
  await writeGuard.during(condition, async () => {
    writeGuard.pass();
    held = false;
    expect(() => writeGuard.pass()).toThrow('lost');
  });
});

test('what work left behind sends nothing once it has ended, though its condition holds', async () => {
  const writeGuard = new WriteGuard();
  let late: Promise<void> | undefined;
  await writeGuard.during(
    () => undefined,
    async () => {
      late = sleep(1).then(() => writeGuard.pass());
    },
  );
  await expect(late).rejects.toThrow('has ended');
});

test('everything else passes: the lock is released through the same guard', async () => {
  const writeGuard = new WriteGuard();
  await writeGuard.during(
    () => {
      throw new Error('lost');
    },
    async () => undefined,
  );
  expect(() => writeGuard.pass()).not.toThrow();
});
