import { beforeEach, describe, expect, it } from 'vitest';
import { client, state } from '../../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../../test/support/bench/memory-bench.ts';
import { opened } from '../../../../test/support/bench/opened.ts';
import type { OpenTarget } from '../open-target.ts';
import { prepareRotation } from './prepare-rotation.ts';

/** Never due. */
const rotate = { every: 10_000_000_000, overlap: 0 };
const DESIRED = state([], [client('orders', {}, { credential: { path: 'orders', rotate } })]);
/** When the overlap of the client ends; Unix seconds. */
const UNTIL = 2_000_000_000;

let bench: MemoryBench;
beforeEach(async () => {
  bench = new MemoryBench();
  await bench.apply(DESIRED);
  for (const object of bench.provider.objects) object.previous = { secret: 'before', until: UNTIL };
});

/** A target whose clocks say so many seconds after that end. */
function clocksAt(machine: number, store: number): OpenTarget {
  const { target } = opened(bench, DESIRED);
  const readRecord = bench.store.readRecord.bind(bench.store);
  bench.store.readRecord = async (name) => ({ ...(await readRecord(name)), now: (UNTIL + store) * 1000 });
  const clock = { ...target.ports.clock, now: () => (UNTIL + machine) * 1000 };
  return { ...target, ports: { ...target.ports, clock } };
}

describe('prepareRotation', () => {
  const DUE = { kind: 'due', stagger: false, max: undefined } as const;
  const ALL = { kind: 'all', force: false, revoke: false, max: undefined } as const;

  it.each([
    ['both say that it has ended', 7200, 7200, 1],
    ["the machine's clock is ahead", 7200, -7200, 0],
    ["the store's clock is ahead", -7200, 7200, 0],
  ])('ends an overlap only where both clocks say so: %s', async (_, machine, store, ended) => {
    const { choice } = await prepareRotation(clocksAt(machine, store), DUE);
    expect(choice.retire.length + choice.rotate.length).toBe(ended);
  });

  it('refuses to rotate all where all are in their overlap', async () => {
    await expect(prepareRotation(clocksAt(-7200, -7200), ALL)).rejects.toMatchObject({ code: 'ROTATION_IN_OVERLAP' });
  });

  it('has nothing to do, and refuses nothing, where nothing is due', async () => {
    expect(await prepareRotation(clocksAt(-7200, -7200), DUE)).toMatchObject({ isNothing: true });
  });

  it('leaves what is due and in its overlap for the next time, and refuses nothing', async () => {
    const due = state([], [client('orders', {}, { credential: { path: 'orders', rotate: { every: 1, overlap: 0 } } })]);
    const { target } = opened(bench, due);
    const clock = { ...target.ports.clock, now: () => (UNTIL - 7200) * 1000 };
    const prepared = await prepareRotation({ ...target, ports: { ...target.ports, clock } }, DUE);
    expect([prepared.isNothing, prepared.choice.inOverlap]).toEqual([true, ['orders']]);
  });

  it("goes on with the others where all are to be rotated and one of them is somebody else's", async () => {
    const both = state([], [...DESIRED.clients, client('audit')]);
    const other = new MemoryBench();
    await other.apply(both);
    const [audit] = other.provider.objects.filter(({ fields }) => fields['clientId'] === 'audit');
    if (audit !== undefined) audit.fields = { ...audit.fields, stack: 'theirs' };
    const { target } = opened(other, both);
    const { choice } = await prepareRotation(target, ALL);
    expect([choice.rotate, choice.refused.map(({ address }) => address)]).toEqual([['orders'], ['Client/audit']]);
    const named = { kind: 'named', names: ['audit', 'orders'], force: false, revoke: false } as const;
    await expect(prepareRotation(target, named)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('Nothing was rotated, none of the others either.'),
    });
  });

  it('rotates all but those in their overlap, and says which are left out', async () => {
    const both = state([], [...DESIRED.clients, client('audit')]);
    await bench.apply(both);
    const { target } = opened(bench, both);
    const clock = { ...target.ports.clock, now: () => (UNTIL - 7200) * 1000 };
    const { choice } = await prepareRotation({ ...target, ports: { ...target.ports, clock } }, ALL);
    expect([choice.rotate, choice.inOverlap]).toEqual([['audit'], ['orders']]);
  });

  it('has nothing to refuse where there is no client', async () => {
    const { target } = opened(new MemoryBench(), state([], []));
    expect(await prepareRotation(target, ALL)).toMatchObject({ isNothing: true });
  });
});
