import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Gate } from './gate.ts';

test('what work sends passes while its condition holds', async () => {
  const gate = new Gate();
  let held = true;
  const condition = (): void => {
    if (!held) throw new Error('lost');
  };
  await gate.during(condition, async () => {
    gate.pass();
    held = false;
    expect(() => gate.pass()).toThrow('lost');
  });
});

test('what work left behind sends nothing once it has ended, though its condition holds', async () => {
  const gate = new Gate();
  let late: Promise<void> | undefined;
  await gate.during(
    () => undefined,
    async () => {
      late = sleep(1).then(() => gate.pass());
    },
  );
  await expect(late).rejects.toThrow('has ended');
});

test('everything else passes: the lock is released through the same gate', async () => {
  const gate = new Gate();
  await gate.during(
    () => {
      throw new Error('lost');
    },
    async () => undefined,
  );
  expect(() => gate.pass()).not.toThrow();
});
