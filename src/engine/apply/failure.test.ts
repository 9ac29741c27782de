import { describe, expect, it } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { GrantryError } from '../../model/errors.ts';
import type { Applied } from './apply-plan.ts';
import { causeOf } from './failure.ts';

const fault = (serverFault: boolean, code: 'UNREACHABLE' | 'FAILED' = 'UNREACHABLE'): GrantryError =>
  new GrantryError(code, 'it answers with status 500', { serverFault });
const provider = (isThere: boolean) => ({ answers: async () => isThere });

describe('causeOf', () => {
  it('takes a server that answers the next request for one that is there', async () => {
    const { code, message, hint } = await causeOf(fault(true), provider(true));
    expect([code, message]).toEqual(['FAILED', 'it answers with status 500']);
    expect(hint).toContain('this very change');
  });

  it.each([
    ['that answers nothing else', fault(true), false],
    ['of which no answer came', fault(false), true],
  ])('takes a server %s for one that is gone', async (_, error, isThere) => {
    expect(await causeOf(error, provider(isThere))).toBe(error);
  });

  it('leaves other failures as they are, and asks nothing', async () => {
    const never = { answers: () => Promise.reject(new Error('asked')) };
    const error = fault(false, 'FAILED');
    expect(await causeOf(error, never)).toBe(error);
    expect((await causeOf(new TypeError('x'), never)).message).toContain('TypeError');
  });
});

const count = ({ results }: Applied, outcome: string): number =>
  results.filter((result) => result.outcome === outcome).length;

describe('applyPlan, where the server fails at one write', () => {
  const CLIENTS = Array.from({ length: 12 }, (_, index) => client(`c${index}`));
  const apply = async (isThere: boolean): Promise<Applied> => {
    const bench = new MemoryBench();
    const create = bench.provider.createClient.bind(bench.provider);
    bench.provider.createClient = async (wanted) =>
      wanted.change.address === 'Client/c0' ? Promise.reject(fault(true)) : create(wanted);
    bench.provider.answers = async () => isThere;
    return bench.apply(state([api('stock', ['stock:read'])], CLIENTS));
  };

  it('does all the others, and fails', async () => {
    const applied = await apply(true);
    expect([count(applied, 'failed'), count(applied, 'skipped'), applied.firstError]).toEqual([1, 0, 'FAILED']);
  });

  it('begins no more where it is gone', async () => {
    const applied = await apply(false);
    expect(count(applied, 'skipped')).toBeGreaterThan(0);
    expect(applied.firstError).toBe('UNREACHABLE');
  });
});
