import { describe, expect, test } from 'vitest';
import { LockBench, mayWrite } from '../../../test/support/bench/lock-bench.ts';
import type { Trouble } from '../../../test/support/bench/lock-bench.ts';
import { GrantryError } from '../../model/errors.ts';
import { lockName } from '../../stores/record.ts';

const HOURS = 3_600_000;
const gone = (): never => {
  throw new GrantryError('UNREACHABLE', 'Vault cannot be reached');
};

describe('a lock that is held', () => {
  test('refuses everybody else, and says who, where, since when, until when, and the ways out', async () => {
    const bench = new LockBench();
    const ann = bench.start();
    await bench.world.pass(25_000);
    const ben = bench.start({ who: 'ben' });
    await bench.world.pass(0);
    expect([mayWrite(ann), ben.lease]).toEqual([true, undefined]);
    expect(ben.state).toMatchObject({ code: 'LOCK_HELD' });
    const { message, hint } = ben.state instanceof GrantryError ? ben.state : { message: '', hint: '' };
    expect(message).toBe(
      `the stack acme is locked by ann on host-of-ann (https://ci.test/ann), lock ${ann.lease?.id}: it has been working ` +
        'on dev since 2026-11-22 12:00:00 UTC; its lease ends at 2026-11-22 12:01:20 UTC, in 55 s, unless it goes on. ' +
        'Nothing was changed',
    );
    expect(hint).toMatch(/--lock-timeout.*--break-lock/);
  });

  test('is renewed for as long as the work takes', async () => {
    const bench = new LockBench();
    const ann = bench.start();
    for (let minute = 0; minute < 30; minute += 1) {
      await bench.world.pass(60_000, () => expect(mayWrite(ann) || ann.state === 'waiting').toBe(true));
      const other = bench.start({ who: 'ben' });
      await bench.world.pass(0);
      expect(other.state).toMatchObject({ code: 'LOCK_HELD' });
    }
    // Three a minute, and the first.
    expect((await bench.store.readRecord('lock/acme')).version).toBe(91);
  });

  test.each([
    ['done', undefined],
    ['failed', new Error('boom')],
  ])('is released when the work is %s: the next one need not wait', async (_, error) => {
    const bench = new LockBench();
    const ann = bench.start();
    await bench.world.pass(30_000);
    ann.finish(error);
    await bench.world.pass(0);
    expect(ann.state).toBe(error ?? 'done');
    // What it left behind must not meet the next holder.
    expect(() => ann.lease?.assertHeld()).toThrow('was released');
    expect(await bench.record()).toMatchObject({ who: 'ann', released_at: '2026-11-22T12:00:30.000Z' });
    const ben = bench.start({ who: 'ben' });
    await bench.world.pass(0);
    expect([mayWrite(ben), ben.lease?.brokeLock]).toEqual([true, undefined]);
  });

  test('is one per stack', async () => {
    const bench = new LockBench();
    const runs = ['acme', 'acme-2', 'ac/me', 'ac me'].map((stack) => bench.start({ stack }));
    await bench.world.pass(0);
    expect(runs.map(mayWrite)).toEqual([true, true, true, true]);
    expect(lockName('ac/me')).toBe('lock/ac~2fme');
  });
});

async function lockUntil2099(): Promise<LockBench> {
  const bench = new LockBench();
  const ann = bench.start();
  await bench.world.pass(5000);
  ann.process.stopped = true;
  const record = { ...(await bench.store.readRecord('lock/acme')).value, expires_at: '2099-01-01T00:00:00.000Z' };
  await bench.store.writeRecord('lock/acme', record, 1);
  return bench;
}

describe('a lock with a lease longer than any', () => {
  test('refuses, and says the ways out', async () => {
    const bench = await lockUntil2099();
    const ben = bench.start({ who: 'ben' });
    await bench.world.pass(0);
    expect(ben.state).toMatchObject({
      code: 'LOCK_HELD',
      message: expect.stringContaining('no run takes one that long'),
      hint: expect.stringMatching(/--lock-timeout 2m.*--break-lock/),
    });
  });

  test('is taken once nobody has renewed it for a minute, and not before', async () => {
    const bench = await lockUntil2099();
    const ben = bench.start({ who: 'ben', timeoutMs: 120_000 });
    await bench.world.pass(59_000, () => expect(mayWrite(ben)).toBe(false));
    await bench.world.pass(10_000);
    expect(mayWrite(ben)).toBe(true);
  });

  test('is not taken from a run that renews it', async () => {
    const bench = await lockUntil2099();
    const ben = bench.start({ who: 'ben', timeoutMs: 120_000 });
    await bench.world.pass(30_000);
    const { value, version } = await bench.store.readRecord('lock/acme');
    await bench.store.writeRecord('lock/acme', { ...value }, version);
    await bench.world.pass(55_000);
    expect(mayWrite(ben)).toBe(false);
    await bench.world.pass(15_000);
    expect(mayWrite(ben)).toBe(true);
  });
});

describe('expiry', () => {
  test.each([
    [0, 0],
    [5 * HOURS, 0],
    [-5 * HOURS, 0],
    [0, 5 * HOURS],
    [0, -5 * HOURS],
    [7 * HOURS, -7 * HOURS],
  ])("goes by the store's clock: clocks wrong by %d and %d ms change nothing", async (annOff, benOff) => {
    const bench = new LockBench();
    const ann = bench.start({ process: bench.world.process(annOff) });
    await bench.world.pass(45_000);
    ann.process.stopped = true; // killed, five seconds after the second renewal
    await bench.world.pass(54_900);
    const early = bench.start({ who: 'ben', process: bench.world.process(benOff) });
    await bench.world.pass(0);
    expect(early.state).toMatchObject({ code: 'LOCK_HELD' });
    await bench.world.pass(2_000);
    const late = bench.start({ who: 'ben', process: bench.world.process(benOff) });
    await bench.world.pass(0);
    expect(mayWrite(late)).toBe(true);
    expect(late.lease?.brokeLock).toBeUndefined();
    expect(mayWrite(ann)).toBe(false);
  });

  test.each(['stood still', 'stood still, and its clock was set back', 'slept, with a clock that did not notice'])(
    'ends the right to write of a process that %s, before anybody else has it',
    async (how) => {
      const bench = new LockBench();
      const ann = bench.start();
      await bench.world.pass(30_000);
      if (how.startsWith('stood still')) ann.process.stopped = true;
      else ann.process.suspend();
      if (how.endsWith('set back')) ann.process.wallOffset = -HOURS;
      await bench.world.pass(35_000); // 45 s after the renewal
      expect(ann.process.monotonic()).toBe(how.startsWith('stood still') ? 65_000 : 30_000);
      expect(mayWrite(ann)).toBe(true);
      await bench.world.pass(5_000); // 50 s: inside the margin
      expect(() => ann.lease?.assertHeld()).toThrow(/could not be renewed in time.*stood still/);
      ann.process.resume();
      await bench.world.pass(100_000);
      expect(mayWrite(ann)).toBe(false);
      ann.finish();
      const ben = bench.start({ who: 'ben' });
      await bench.world.pass(0);
      expect(mayWrite(ben)).toBe(true);
    },
  );

  test('does not come while the store is away for less than the lease', async () => {
    const bench = new LockBench();
    let away = false;
    const trouble: Trouble = async (_, work) => (away ? gone() : work());
    const ann = bench.start({ trouble });
    await bench.world.pass(15_000);
    away = true;
    await bench.world.pass(30_000);
    away = false;
    await bench.world.pass(200_000);
    expect(mayWrite(ann)).toBe(true);
  });

  test.each(['refuses', 'hangs'])('ends the right to write when the store %s for too long', async (how) => {
    const bench = new LockBench();
    let away = false;
    const hang = new Promise<void>(() => undefined);
    const trouble: Trouble = (_, work) => (away ? (how === 'hangs' ? hang : gone()) : work());
    const ann = bench.start({ trouble });
    await bench.world.pass(1_000);
    away = true;
    await bench.world.pass(47_000);
    expect(mayWrite(ann)).toBe(true);
    await bench.world.pass(2_000);
    expect(mayWrite(ann)).toBe(false);
    expect(ann.lease?.failure()).toMatchObject({ code: 'UNREACHABLE' });
    ann.finish();
    await bench.world.pass(10_000);
    expect(ann.state).toBe('done');
  });
});

describe('a store that takes no lock', () => {
  test.each([
    ['refuses it', 1, new GrantryError('NOT_ALLOWED', 'the token may not write')],
    ['is gone', 2, new GrantryError('UNREACHABLE', 'Vault cannot be reached')],
    ['breaks in a way that nobody knows', 1, new TypeError('a bug')],
  ])('and %s is asked no more often than that helps: %d', async (_, times, error) => {
    const bench = new LockBench();
    let asked = 0;
    const ann = bench.start({
      timeoutMs: 60_000,
      trouble: async (call, work) => {
        if (call === 'readRecord') return work();
        asked += 1;
        throw error;
      },
    });
    await bench.world.pass(100_000);
    expect([ann.state, asked]).toEqual([error, times]);
  });

  test('any more, though it can be read, ends the right to write, and that says why', async () => {
    const bench = new LockBench();
    let ended = false;
    const ann = bench.start({
      trouble: async (call, work) => {
        if (ended && call === 'writeRecord') throw new GrantryError('NOT_ALLOWED', 'the token has ended');
        await work();
      },
    });
    await bench.world.pass(1_000);
    ended = true;
    await bench.world.pass(60_000);
    expect(ann.lease?.failure()).toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining('could not be renewed in time: the token has ended'),
    });
  });
});

test('a lease that is somewhat longer than usual is waited for to its end', async () => {
  const bench = new LockBench();
  const ann = bench.start();
  await bench.world.pass(0);
  ann.process.stopped = true;
  const { value, now } = await bench.store.readRecord('lock/acme');
  const record = { ...value, expires_at: new Date(now + 110_000).toISOString() };
  await bench.store.writeRecord('lock/acme', record, 1);
  const ben = bench.start({ who: 'ben', timeoutMs: 200_000 });
  await bench.world.pass(109_000, () => expect(mayWrite(ben)).toBe(false));
  await bench.world.pass(10_000);
  expect(mayWrite(ben)).toBe(true);
});

describe('an answer that is lost', () => {
  test('to the taking of the lock: it is taken all the same, once', async () => {
    const bench = new LockBench();
    let first = true;
    const ann = bench.start({
      trouble: async (call, work) => {
        await work();
        if (call === 'writeRecord' && first) {
          first = false;
          gone();
        }
      },
    });
    await bench.world.pass(100_000);
    expect(mayWrite(ann)).toBe(true);
    expect(await bench.record()).toMatchObject({ holder: ann.lease?.id, broke: null });
  });

  test('to a renewal, or that comes after a later one, is not taken for a loss', async () => {
    const bench = new LockBench();
    let calls = 0;
    const ann = bench.start({
      trouble: async (call, work) => {
        await work();
        calls += 1;
        if (calls > 3 && call === 'writeRecord' && calls % 3 === 0) gone();
        if (calls > 3 && calls % 5 === 0) await bench.world.sleep(13_000);
      },
    });
    await bench.world.pass(600_000, () => expect(mayWrite(ann) || ann.state === 'waiting').toBe(true));
    ann.finish();
    await bench.world.pass(60_000);
    expect(await bench.record()).toMatchObject({ holder: ann.lease?.id, released_at: expect.stringMatching(/^2026/) });
  });
});
