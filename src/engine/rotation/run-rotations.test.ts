import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { GrantryError } from '../../model/errors.ts';
import type { ActualObject } from '../../model/state.ts';
import { systemClock } from '../../platform/clock.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { runRotations } from './run-rotations.ts';
import type { RotationRunOptions } from './run-rotations.ts';

const NAMES = ['one', 'two', 'three', 'four'];

/** Ends the overlaps of four clients, two at a time, each later than the one before. */
async function run(
  options: Partial<RotationRunOptions>,
  fault?: Error,
): Promise<{ began: string[]; ended: string[]; error: unknown }> {
  const [began, ended]: [string[], string[]] = [[], []];
  const { provider, store } = new MemoryBench();
  provider.secrets.endOverlap = async (id) => {
    began.push(id);
    if (fault !== undefined) throw fault;
    await sleep(10 * NAMES.indexOf(id) + 1);
    ended.push(id);
    return { previous: undefined, previousUntil: undefined };
  };
  const ports = {
    provider,
    store,
    tokens: { request: async () => ({ token: 'a token' }) },
    clock: systemClock,
    stack: 'acme',
    patience: 0,
  };
  const retire = NAMES.map((id): ActualObject => ({ address: `Client/${id}`, id, owner: '', foreign: [], fields: {} }));
  const work = { finish: [], rotate: [], how: { kind: 'rotate', mayBeDone: false } as const, retire };
  const hear = { inFlight: 2, stopped: () => false, onBegin: () => undefined, onResult: () => undefined };
  const error = await runRotations(work, ports, { ...hear, ...options }).catch((thrown: unknown) => thrown);
  return { began, ended, error };
}

function noRoom(): never {
  throw new Error('no room for it');
}

describe('runRotations', () => {
  it('waits for what runs when a result cannot be noted, and begins nothing more', async () => {
    const { began, ended, error } = await run({ onResult: noRoom });
    expect(error).toEqual(new Error('no room for it'));
    expect([began, ended]).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
  });

  it('does not begin what cannot be noted', async () => {
    expect((await run({ onBegin: noRoom })).began).toEqual([]);
  });

  it.each([
    ['is gone', new GrantryError('UNREACHABLE', 'gone'), ['one']],
    ['refuses one client', new GrantryError('FAILED', 'no'), NAMES],
  ])('begins no more only where the server %s', async (_, fault, began) => {
    const reasons: (string | undefined)[] = [];
    const onResult: RotationRunOptions['onResult'] = ({ reason }) => void reasons.push(reason);
    expect((await run({ inFlight: 1, onResult }, fault)).began).toEqual(began);
    expect(reasons).toEqual(began.map(() => fault.message));
  });
});
