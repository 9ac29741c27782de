import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LockBench, mayWrite } from '../../../test/support/bench/lock-bench.ts';
import type { LockRun } from '../../../test/support/bench/lock-bench.ts';

const MINUTE = 60_000;

describe('waiting', () => {
  test('says for whom, and ends when the lock is released', async () => {
    const bench = new LockBench();
    const ann = bench.start();
    await bench.world.pass(0);
    const ben = bench.start({ who: 'ben', timeoutMs: 10 * MINUTE });
    await bench.world.pass(5 * MINUTE);
    expect([ben.state, ben.waitedFor.length]).toEqual(['waiting', 1]);
    expect(ben.waitedFor[0]).toContain('ann on host-of-ann (https://ci.test/ann)');
    ann.finish();
    await bench.world.pass(2_000);
    expect(mayWrite(ben)).toBe(true);
  });

  test('ends in a minute when the holder was killed', async () => {
    const bench = new LockBench();
    const ann = bench.start();
    await bench.world.pass(1_000);
    ann.process.stopped = true;
    const ben = bench.start({ who: 'ben', timeoutMs: 90_000 });
    await bench.world.pass(63_000);
    expect(mayWrite(ben)).toBe(true);
  });

  test('ends in a refusal when its time is over, not earlier and not much later', async () => {
    const bench = new LockBench();
    bench.start();
    await bench.world.pass(0);
    const ben = bench.start({ who: 'ben', timeoutMs: 90_000 });
    await bench.world.pass(89_999);
    expect(ben.state).toBe('waiting');
    await bench.world.pass(1);
    expect(ben.state).toMatchObject({ code: 'LOCK_HELD' });
  });

  test('ends when the user stops it', async () => {
    const bench = new LockBench();
    bench.start();
    await bench.world.pass(0);
    const stop = new AbortController();
    const ben = bench.start({ who: 'ben', timeoutMs: MINUTE, signal: stop.signal });
    await bench.world.pass(10_000);
    stop.abort();
    await bench.world.pass(0);
    expect(ben.state).toMatchObject({ code: 'INTERRUPTED', message: expect.stringContaining('acme') });
  });
});

describe('breaking a lock', () => {
  test('takes it at once, is recorded, and stops the other at its next renewal', async () => {
    const bench = new LockBench();
    const ann = bench.start();
    await bench.world.pass(5_000);
    const ben = bench.start({ who: 'ben', breakLock: true });
    await bench.world.pass(0);
    expect(ben.lease?.brokeLock).toMatchObject({ who: 'ann', holder: ann.lease?.id });
    await bench.world.pass(15_000);
    expect([mayWrite(ann), mayWrite(ben)]).toEqual([false, true]);
    expect(() => ann.lease?.assertHeld()).toThrow(
      `ben on host-of-ben (https://ci.test/ben), lock ${ben.lease?.id} has it`,
    );
    expect(ann.lease?.failure()).toMatchObject({ code: 'LOCK_HELD' });
    ann.finish();
    await bench.world.pass(25_000);
    // Neither the end of the other nor a renewal loses the record of it.
    expect(await bench.record()).toMatchObject({ who: 'ben', released_at: '', broke: { who: 'ann' } });
    expect(mayWrite(ben)).toBe(true);
  });

  test('by two at once: one gets it, and the other finds it held', async () => {
    const bench = new LockBench();
    bench.start();
    await bench.world.pass(5_000);
    const breakers = ['ben', 'cat', 'dan'].map((who) => bench.start({ who, breakLock: true }));
    await bench.world.pass(1_000);
    expect(breakers.filter(mayWrite)).toHaveLength(1);
    const others = breakers.filter((run) => !mayWrite(run)).map(({ state }) => state);
    expect(others).toMatchObject([{ code: 'LOCK_HELD' }, { code: 'LOCK_HELD' }]);
  });

  test('that nobody holds any more breaks nothing', async () => {
    const bench = new LockBench();
    const ann = bench.start();
    await bench.world.pass(0);
    ann.process.stopped = true;
    await bench.world.pass(62_000);
    const ben = bench.start({ who: 'ben', breakLock: true });
    await bench.world.pass(0);
    expect([mayWrite(ben), ben.lease?.brokeLock]).toEqual([true, undefined]);
  });

  test('is also the way out of a record that nobody can read', async () => {
    const bench = new LockBench();
    await bench.store.writeRecord('lock/acme', { holder: 7, expires_at: 'tomorrow' }, 0);
    const ann = bench.start();
    await bench.world.pass(0);
    expect(ann.state).toMatchObject({ code: 'FAILED', hint: expect.stringContaining('--break-lock') });
    const ben = bench.start({ who: 'ben', breakLock: true });
    await bench.world.pass(0);
    expect([mayWrite(ben), ben.lease?.brokeLock?.holder]).toEqual([true, 'unreadable']);
  });

  test('by deleting the record lets the next one in; the holder goes on only where none came', async () => {
    const bench = new LockBench();
    const ann = bench.start();
    await bench.world.pass(1_000);
    bench.store.deleteRecord('lock/acme');
    await bench.world.pass(MINUTE);
    expect(mayWrite(ann)).toBe(true);
    bench.store.deleteRecord('lock/acme');
    const ben = bench.start({ who: 'ben' });
    await bench.world.pass(20_000);
    expect([mayWrite(ann), mayWrite(ben)]).toEqual([false, true]);
  });

  test('by deleting it with its metadata: what was lost is never released over the next one', async () => {
    const bench = new LockBench();
    const ann = bench.start();
    await bench.world.pass(45_000);
    bench.store.purgeRecord('lock/acme');
    const ben = bench.start({ who: 'ben' });
    await bench.world.pass(45_000);
    expect([mayWrite(ann), mayWrite(ben)]).toEqual([false, true]);
    // Its number is the one that the other wrote last.
    expect((await bench.store.readRecord('lock/acme')).version).toBe(3);
    ann.finish();
    await bench.world.pass(0);
    expect(await bench.record()).toMatchObject({ who: 'ben', released_at: '' });
  });

  test('by writing something else over it stops the holder', async () => {
    const bench = new LockBench();
    const ann = bench.start();
    await bench.world.pass(1_000);
    await bench.store.writeRecord('lock/acme', { something: 'else' }, 1);
    await bench.world.pass(MINUTE);
    expect(ann.lease?.failure()).toMatchObject({
      code: 'LOCK_HELD',
      message: expect.stringContaining('nothing of it'),
    });
  });
});

test('what others wrote into the record cannot act on a terminal', async () => {
  const bench = new LockBench();
  bench.start({ who: 'ann\u001b[2J\r\nno lock', target: 'dev\u202e' });
  await bench.world.pass(0);
  const ben = bench.start({ who: 'ben' });
  await bench.world.pass(0);
  expect(String(ben.state)).toContain('ann?[2J??no lock on ');
  expect(String(ben.state)).not.toMatch(/\p{C}/u);
});

describe('at no moment may two write', () => {
  const run = fc.record({
    begins: fc.nat({ max: 5 * MINUTE }),
    works: fc.nat({ max: 3 * MINUTE }),
    wallOffset: fc.integer({ min: -20 * MINUTE, max: 20 * MINUTE }),
    latencies: fc.array(fc.nat({ max: 25_000 }), { minLength: 1, maxLength: 12 }),
    stops: fc.option(
      fc.record({ after: fc.nat({ max: 2 * MINUTE }), for: fc.nat({ max: 3 * MINUTE }), asleep: fc.boolean() }),
    ),
  });

  test('whatever stands still, answers late, or has a wrong clock', { timeout: 60_000 }, async () => {
    let wrote = 0;
    const contest = fc.asyncProperty(fc.array(run, { minLength: 2, maxLength: 6 }), async (plans) => {
      const bench = new LockBench();
      const runs: LockRun[] = [];
      for (const [n, plan] of plans.entries()) void play(bench, plan, `run-${n}`, runs);
      await bench.world.pass(12 * MINUTE, () => {
        const writers = runs.filter((each) => !each.process.stopped && mayWrite(each)).length;
        wrote += writers;
        expect(writers).toBeLessThanOrEqual(1);
      });
    });
    await fc.assert(contest, { numRuns: 150 });
    // The law would hold for a lock that nobody gets.
    expect(wrote).toBeGreaterThan(100);
  });

  type Plan = typeof run extends fc.Arbitrary<infer T> ? T : never;

  async function play(bench: LockBench, plan: Plan, who: string, runs: LockRun[]): Promise<void> {
    const { world } = bench;
    await world.sleep(plan.begins);
    const process = world.process(plan.wallOffset);
    let calls = 0;
    const latency = (): number => plan.latencies[(calls += 1) % plan.latencies.length] ?? 0;
    const each = bench.start({
      process,
      who,
      timeoutMs: 8 * MINUTE,
      trouble: async (_, work) => {
        // On the way there, and on the way back: the server does not stop when the process does.
        await world.sleep(latency());
        await work();
        await world.sleep(latency(), process);
      },
    });
    runs.push(each);
    if (plan.stops !== null) {
      await world.sleep(plan.stops.after);
      if (plan.stops.asleep) process.suspend();
      else process.stopped = true;
      await world.sleep(plan.stops.for);
      process.resume();
    }
    await world.sleep(plan.works);
    each.finish();
  }
});
