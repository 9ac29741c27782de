import { beforeEach, describe, expect, it } from 'vitest';
import { captureIo } from '../../../test/support/process/captured-io.ts';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { opened, typed } from '../../../test/support/bench/opened.ts';
import { readOptions } from '../../cli/command-line/option.ts';
import { GrantryError } from '../../model/errors.ts';
import type { GuardName } from '../../model/plan.ts';
import { apply } from '../apply.ts';
import { applyTo, runApply } from './apply.ts';
import type { ApplyOptions } from './apply.ts';

const ASKING: ApplyOptions = { ...readOptions(apply.options, { target: ['dev'], proof: [] }), args: [] };
const APPROVED: ApplyOptions = { ...ASKING, autoApprove: true };
const NOT_SAVED = { saved: undefined, overrides: new Set<GuardName>() };
const BEFORE = state([api('stock', ['stock:read'])], [client('orders'), client('audit')]);
const AFTER = state(BEFORE.apis, [client('orders', {}, { description: 'Another' }), client('audit')]);

let bench: MemoryBench;
beforeEach(async () => {
  bench = new MemoryBench();
  await bench.apply(BEFORE);
});

const snapshot = (): string => JSON.stringify(bench.provider.objects);

/** Something that happens just before the lock is had. */
function meanwhile(act: () => Promise<unknown>): void {
  const writeRecord = bench.store.writeRecord.bind(bench.store);
  bench.store.writeRecord = async (name, value, expected) => {
    bench.store.writeRecord = writeRecord;
    await act();
    return writeRecord(name, value, expected);
  };
}

const changedByOthers = state(BEFORE.apis, [client('orders', {}, { description: 'Theirs' }), client('audit')]);

describe('apply: what was found before the lock was had', () => {
  it('is not carried out where it is something else by then, as nobody said yes to that', async () => {
    let before = '';
    meanwhile(async () => {
      await bench.apply(changedByOthers);
      before = snapshot();
    });
    const { target } = opened(bench, AFTER);
    await expect(applyTo(target, NOT_SAVED, ASKING, typed('yes\n'))).rejects.toMatchObject({ code: 'STALE_PLAN' });
    expect(snapshot()).toBe(before);
  });

  it('is shown again, and carried out, where yes was said to whatever it is', async () => {
    meanwhile(() => bench.apply(changedByOthers));
    const { io, written } = captureIo();
    expect(await applyTo(opened(bench, AFTER).target, NOT_SAVED, APPROVED, io)).toBe(0);
    expect(written.stderr).toMatch(/was changed after the plan was made\. Now it is:\n[^]*Theirs/);
  });
});

/** The store takes records of this kind, from the nth on, and keeps none of them. */
function losing(from: number): void {
  const writeRecord = bench.store.writeRecord.bind(bench.store);
  let seen = 0;
  bench.store.writeRecord = async (name, value, expected) => {
    const isLost = name.startsWith('ledger/') && (seen += 1) >= from;
    return isLost ? { version: expected + 1, now: bench.now } : writeRecord(name, value, expected);
  };
}

describe('apply: a ledger that is not written, though the store says so', () => {
  it('keeps the first change from being made', async () => {
    losing(1);
    const before = snapshot();
    const { io, written } = captureIo();
    expect(await applyTo(opened(bench, AFTER).target, NOT_SAVED, APPROVED, io)).not.toBe(0);
    expect(snapshot()).toBe(before);
    expect(written.stdout).toContain("a record of grantry's own");
  });

  it('is reported after the last one', async () => {
    losing(2);
    const more = state(BEFORE.apis, [...BEFORE.clients, client('third')]);
    const { io, written } = captureIo();
    expect(await applyTo(opened(bench, more).target, NOT_SAVED, APPROVED, io)).not.toBe(0);
    expect(written.stderr).toContain("a record of grantry's own");
  });
});

describe('apply', () => {
  it('changes nothing where nobody is there to be asked', async () => {
    const before = snapshot();
    const { target } = opened(bench, AFTER);
    await expect(applyTo(target, NOT_SAVED, ASKING, captureIo().io)).rejects.toMatchObject({ code: 'NOT_CONFIRMED' });
    expect(snapshot()).toBe(before);
  });

  it('changes nothing where the answer is no', async () => {
    const before = snapshot();
    await applyTo(opened(bench, AFTER).target, NOT_SAVED, ASKING, typed('no\n')).catch(() => undefined);
    expect(snapshot()).toBe(before);
  });

  it('says which guard was overridden, and what --purge-store destroys', async () => {
    const desired = state(BEFORE.apis, [client('orders')], { maxDeletes: 0 });
    const { io, written } = captureIo();
    const options = { ...APPROVED, purgeStore: true };
    const overrides = new Set<GuardName>(['maxDeletes']);
    expect(await applyTo(opened(bench, desired).target, { saved: undefined, overrides }, options, io)).toBe(0);
    expect(written.stderr).toContain('Overridden for this run: guard maxDeletes.');
    expect(written.stderr).toContain('The document of what is deleted will be destroyed');
    expect(await bench.store.inspect('audit')).toBeUndefined();
  });

  it('is refused by a guard that is not overridden', async () => {
    const desired = state(BEFORE.apis, [client('orders')], { maxDeletes: 0 });
    const before = snapshot();
    const overrides = new Set<GuardName>(['protect']);
    const run = applyTo(opened(bench, desired).target, { saved: undefined, overrides }, APPROVED, captureIo().io);
    await expect(run).rejects.toMatchObject({ code: 'GUARD' });
    expect(snapshot()).toBe(before);
  });

  it('shows a notice that holds the words of others in one line', async () => {
    const read = bench.provider.read.bind(bench.provider);
    bench.provider.read = async (...given) => ({
      ...(await read(...given)),
      notices: ['The policy "a\n::add-mask::b" of the realm'],
    });
    const { io, written } = captureIo();
    await applyTo(opened(bench, BEFORE).target, NOT_SAVED, APPROVED, io);
    expect(written.stderr.split('\n').filter((line) => line.startsWith('::'))).toEqual([]);
    expect(written.stderr).toContain('The policy "a');
  });

  it('says that a pattern of --adopt takes nothing over', async () => {
    const { io, written } = captureIo();
    const options = { ...APPROVED, adopt: ['Client/ordres'] };
    await applyTo(opened(bench, AFTER).target, NOT_SAVED, options, io);
    expect(written.stderr).toContain('--adopt Client/ordres takes nothing over');
  });
});

describe('apply: its exit code', () => {
  it('is 1 where the server could not be asked for the proof after something was written', async () => {
    bench.provider.readGrants = () => Promise.reject(new GrantryError('UNREACHABLE', 'gone', { hint: 'Look.' }));
    const { io, written } = captureIo();
    expect(await applyTo(opened(bench, AFTER).target, NOT_SAVED, { ...APPROVED, proof: true }, io)).toBe(1);
    expect(written.stderr).toContain('Not every client could be proven: gone\nLook.');
  });

  it('passes an error on that is a mistake of its own', async () => {
    bench.provider.readGrants = () => Promise.reject(new TypeError('a mistake'));
    const run = applyTo(opened(bench, AFTER).target, NOT_SAVED, { ...APPROVED, proof: true }, captureIo().io);
    await expect(run).rejects.toThrow('a mistake');
  });
});

describe('apply: its command line', () => {
  it('is refused where it overrides a guard that there is none of', async () => {
    const options = { ...APPROVED, overrideGuard: ['maxDeletes', 'maxDelete'] };
    await expect(runApply(options, captureIo().io)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'there is no guard "maxDelete"',
      hint: expect.stringContaining('maxDeletes'),
    });
  });

  it.each([
    ['nothing lies', 'nowhere/plan.json', 'does not exist'],
    ['a folder lies', 'src', 'cannot be read'],
  ])('is refused where %s at the place of the plan', async (_, file, message) => {
    const run = runApply({ ...APPROVED, args: [file] }, captureIo({ cwd: process.cwd() }).io);
    await expect(run).rejects.toMatchObject({ code: 'INVALID_INPUT', message: `the plan ${file} ${message}` });
  });
});
