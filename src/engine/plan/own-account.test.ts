/** grantry's own account: whatever is asked for, it is left alone. */
import { describe, expect, it } from 'vitest';
import { planFresh, planPart } from './resolve-plan.ts';
import type { RotationRequest } from '../rotation/select-rotations.ts';
import type { DesiredState } from '../../model/desired.ts';
import { RotationBench } from '../../../test/support/bench/rotation-bench.ts';
import { client, state } from '../../../test/support/bench/declared.ts';
import { parseAdoption } from './adoption.ts';

const EVERYTHING = parseAdoption(['Client/*', 'Client/*@theirs']);
const OWN = client('grantry');
const REASON = 'it is the client that grantry itself logs in with';

/** A realm in which grantry logs in as `grantry`, which carries the mark of this stack, of another, or none. */
async function realm(mark: string | undefined): Promise<RotationBench> {
  const bench = new RotationBench();
  bench.provider.now = 1_700_000_000;
  await bench.apply(state([], [OWN, client('orders')]));
  const own = bench.clients().get('grantry');
  if (own !== undefined) own.fields = { ...own.fields, stack: mark ?? null };
  bench.provider.ownClientId = 'grantry';
  return bench;
}

async function conflictsOf(bench: RotationBench, desired: DesiredState): Promise<string[]> {
  const { plan } = await planFresh(desired, bench, { adoption: EVERYTHING });
  return plan.conflicts.map(({ address, reason }) => `${address}: ${reason}`);
}

describe('a plan with the own account in it', () => {
  it.each([
    ['taken over where it carries no mark', undefined, OWN],
    ['taken over from another stack', 'theirs', OWN],
    ['changed', 'acme', client('grantry', {}, { description: 'Another' })],
    ['renamed', 'acme', client('grantry', {}, { clientId: 'gardener' })],
    ['declared under another name', undefined, client('gardener', {}, { clientId: 'grantry' })],
    ['kept as it is', 'acme', OWN],
  ])('is in conflict: %s', async (_, mark, declared) => {
    const bench = await realm(mark);
    expect(await conflictsOf(bench, state([], [declared, client('orders')]))).toEqual([
      `Client/${declared.name}: ${REASON}`,
    ]);
  });

  it('is in conflict: deleted, as one that an earlier version took over', async () => {
    expect(await conflictsOf(await realm('acme'), state([], [client('orders')]))).toEqual([
      `Client/grantry: ${REASON}`,
    ]);
  });

  it('is not offered to --adopt', async () => {
    const { plan } = await planFresh(state([], [OWN, client('orders')]), await realm('theirs'), {});
    expect(plan.conflicts).toMatchObject([{ address: 'Client/grantry', reason: REASON }]);
    expect(plan.conflicts[0]?.hint).not.toContain('--adopt');
  });

  it('is in conflict: made anew, where no listing shows it', async () => {
    const bench = await realm(undefined);
    bench.provider.ownClientId = 'hidden';
    const desired = state([], [client('orders'), client('hidden')]);
    expect(await conflictsOf(bench, desired)).toEqual([`Client/hidden: ${REASON}`]);
  });

  it('is in conflict as a part, too, and others are not', async () => {
    const bench = await realm(undefined);
    const desired = state([], [OWN, client('orders', {}, { description: 'Another' })]);
    const planOnly = (name: 'grantry' | 'orders') =>
      planPart({ only: [], addresses: [`Client/${name}`], undeclared: [] }, desired, bench, { adoption: EVERYTHING });
    expect((await planOnly('grantry')).plan.conflicts).toMatchObject([{ reason: REASON }]);
    expect((await planOnly('orders')).plan.conflicts).toEqual([]);
  });

  it('is none where it is left alone', async () => {
    expect(await conflictsOf(await realm(undefined), state([], [client('orders')]))).toEqual([]);
  });
});

describe('a rotation of the own account', () => {
  const DESIRED = state([], [OWN, client('orders')]);
  const requests: RotationRequest[] = [
    { kind: 'named', names: ['grantry'], force: true, revoke: false },
    { kind: 'named', names: ['grantry'], force: false, revoke: true },
    { kind: 'all', force: true, revoke: false, max: undefined },
    { kind: 'due', stagger: false, max: undefined },
  ];

  it.each(requests)('is refused: %j', async (request) => {
    const bench = await realm('acme');
    bench.provider.now += 1000;
    await expect(bench.rotate(DESIRED, request)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'client grantry is the one that grantry itself logs in with',
    });
  });

  it('is not finished, nor is its overlap ended, where an earlier version had begun', async () => {
    const bench = await realm('acme');
    const own = bench.clients().get('grantry');
    if (own !== undefined) own.previous = { secret: 'before', until: bench.provider.now - 100_000 };
    const run = await bench.rotate(DESIRED, { kind: 'named', names: ['orders'], force: true, revoke: false });
    expect(run.results.map(({ op, address }) => `${op} ${address}`)).toEqual(['rotate Client/orders']);
  });
});
