import { describe, expect, it } from 'vitest';
import { GrantryError } from '../../model/errors.ts';
import { LockBench, mayWrite } from '../../../test/support/bench/lock-bench.ts';

const MINUTE = 60_000;

/** A store that takes only so many writes. */
function seldom(): LockBench {
  const bench = new LockBench();
  bench.store.capabilities = { ...bench.store.capabilities, recordWritesPerDay: 100 };
  return bench;
}

describe('a lock in a store that takes few writes', () => {
  it('is written twice in a short run: when it is taken and when it is released', async () => {
    const bench = seldom();
    const ann = bench.start();
    await bench.world.pass(5 * MINUTE, () => expect(mayWrite(ann) || ann.state === 'waiting').toBe(true));
    ann.finish();
    await bench.world.pass(0);
    expect([ann.state, (await bench.store.readRecord('lock/acme')).version]).toEqual(['done', 2]);
  });

  it('is renewed every ten minutes, and held all the time', async () => {
    const bench = seldom();
    const ann = bench.start();
    await bench.world.pass(0);
    await bench.world.pass(60 * MINUTE, () => expect(mayWrite(ann)).toBe(true));
    const { version } = await bench.store.readRecord('lock/acme');
    expect(version).toBeGreaterThanOrEqual(6);
    expect(version).toBeLessThanOrEqual(8);
  });

  it('is seen to be broken as soon as elsewhere, by reading', async () => {
    const bench = seldom();
    const ann = bench.start();
    await bench.world.pass(5_000);
    const ben = bench.start({ who: 'ben', breakLock: true });
    await bench.world.pass(20_000);
    expect([mayWrite(ann), mayWrite(ben)]).toEqual([false, true]);
  });

  it('outlives a store that does not answer for some minutes', async () => {
    const bench = seldom();
    let isAway = false;
    const trouble = async (_: unknown, work: () => Promise<void>): Promise<void> => {
      if (isAway) throw new GrantryError('UNREACHABLE', 'it is away');
      await work();
    };
    const ann = bench.start({ trouble });
    await bench.world.pass(0);
    isAway = true;
    await bench.world.pass(14 * MINUTE, () => expect(mayWrite(ann)).toBe(true));
    isAway = false;
    await bench.world.pass(5 * MINUTE, () => expect(mayWrite(ann)).toBe(true));
  });

  it('of a run that was killed is free after fifteen minutes, and says so', async () => {
    const bench = seldom();
    const ann = bench.start();
    await bench.world.pass(0);
    ann.process.stopped = true;
    await bench.world.pass(14 * MINUTE);
    const early = bench.start({ who: 'ben' });
    await bench.world.pass(0);
    expect(early.state).toMatchObject({
      code: 'LOCK_HELD',
      hint: expect.stringMatching(/--lock-timeout 30m.*in 15 minutes/),
    });
    await bench.world.pass(MINUTE + 2_000);
    const late = bench.start({ who: 'ben' });
    await bench.world.pass(0);
    expect(mayWrite(late)).toBe(true);
  });
});
