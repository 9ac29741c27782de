import { describe, expect, it } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import type { DesiredState } from '../../model/desired.ts';
import { narrowDesired } from './narrow.ts';
import type { Address } from '../../model/address.ts';
import type { ActualState } from '../../model/state.ts';
import { parseAdoption } from './adoption.ts';
import { buildPlan } from './build-plan.ts';
import { ownsNothing, surveyTarget } from '../survey/survey-target.ts';

const CAPABILITIES = { federation: true };

/** A Target that makes the issuers of these names. */
function issuing(...names: readonly string[]): DesiredState {
  const { target, ...rest } = state([api('stock', ['stock:read'])], [client('orders', { stock: ['stock:read'] })]);
  const issuers = names.map((name) => ({
    name,
    alias: `alias-of-${name}`,
    kind: 'oidc',
    url: `https://${name}.test`,
    jwksUrl: undefined,
    trustDomain: undefined,
    reuse: false,
    maxTokenAge: undefined,
  }));
  return { ...rest, target: { ...target, issuers } };
}

async function conflictsOf(
  bench: MemoryBench,
  desired: DesiredState,
  adopt: readonly string[] = [],
): Promise<string[]> {
  const plan = buildPlan(await surveyTarget(desired, bench, { adoption: parseAdoption(adopt) }));
  return plan.conflicts.map(({ address, reason, hint }) => `${address}: ${reason} | ${hint}`);
}

describe('buildPlan: issuers', () => {
  it('are made, are then as declared, and go with the Target that says so', async () => {
    const bench = new MemoryBench(CAPABILITIES);
    const first = await bench.apply(issuing('github'));
    expect(first.results.map(({ address, outcome }) => `${address} ${outcome}`)).toContain('Issuer/github done');
    expect((await bench.plan(issuing('github'))).changes).toEqual([]);
    expect((await bench.plan(issuing())).changes).toMatchObject([{ op: 'delete', address: 'Issuer/github' }]);
    await bench.apply(issuing());
    expect(bench.provider.objects.map(({ kind }) => kind)).not.toContain('Issuer');
  });

  it('that others own are in the way, with a way out, until they are adopted on purpose', async () => {
    const bench = new MemoryBench(CAPABILITIES);
    bench.provider.plant('Issuer', { alias: 'alias-of-github', trusts: 'https://github.test' }, 'theirs');
    bench.provider.plant('Issuer', { alias: 'alias-of-gitlab', stack: 'other' }, 'other');
    const both = issuing('github', 'gitlab');
    expect(await conflictsOf(bench, both)).toEqual([
      expect.stringMatching(/^Issuer\/github: .*no mark.*Leave its url out of the Target.*--adopt Issuer\/github\.$/),
      expect.stringMatching(/^Issuer\/gitlab: .*belongs to the stack other.*url out.*--adopt Issuer\/gitlab@other\.$/),
    ]);
    expect(await conflictsOf(bench, both, ['Issuer/github', 'Issuer/gitlab@other'])).toEqual([]);
  });

  it('stay while clients outside the stack log in by them', async () => {
    const bench = new MemoryBench(CAPABILITIES);
    await bench.apply(issuing('github'));
    const input = await surveyTarget(issuing(), bench);
    const heldBy = (clients: readonly string[]): ActualState => ({
      ...input.actual,
      objects: input.actual.objects.map((object) =>
        object.address === 'Issuer/github' ? { ...object, outsideHolders: { '': clients } } : object,
      ),
    });
    expect(buildPlan({ ...input, actual: heldBy(['theirs', 'others']) }).conflicts).toEqual([
      {
        address: 'Issuer/github',
        reason: 'it is to be deleted, but clients outside this stack log in by it: theirs, others',
        hint: expect.stringContaining('keep the issuer in the Target'),
      },
    ]);
    expect(buildPlan({ ...input, actual: heldBy([]) }).conflicts).toEqual([]);
  });

  it('are no sign that a stack has clients: a target that lists none of them has lost them', async () => {
    const bench = new MemoryBench(CAPABILITIES);
    await bench.apply(issuing('github'));
    const [left] = bench.provider.objects.filter(({ kind }) => kind === 'Issuer');
    bench.provider.objects.splice(0, bench.provider.objects.length, ...(left === undefined ? [] : [left]));
    expect(ownsNothing((await surveyTarget(issuing('github'), bench)).actual)).toBe(true);
  });
});

describe('buildPlan: clients that log in by an issuer', () => {
  const workload = { federated: { issuer: 'github', alias: 'alias-of-github', subject: 'the workload' } };
  const { target } = issuing('github');
  const desired: DesiredState = { ...state([], [client('orders', {}, { auth: workload })]), target };

  it('wait for it, and go before it', async () => {
    const bench = new MemoryBench(CAPABILITIES);
    const making = await bench.plan(desired);
    expect(making.changes.find(({ address }) => address === 'Client/orders')?.dependsOn).toEqual(['Issuer/github']);
    await bench.carryOut(making);
    const none: DesiredState = { ...state([], []), target: { ...target, issuers: [] } };
    const going = await bench.plan(none);
    expect(going.changes.find(({ address }) => address === 'Issuer/github')?.dependsOn).toEqual(['Client/orders']);
    const { results } = await bench.carryOut(going);
    expect(results.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
  });

  it('are in the way of a part that leaves the issuer out which is not there yet', async () => {
    const bench = new MemoryBench(CAPABILITIES);
    const conflictsOfPart = async (...addresses: Address[]): Promise<unknown[]> => {
      const only = { addresses: new Set(addresses), undeclared: [], ids: new Map() };
      const input = await surveyTarget(narrowDesired(desired, only.addresses), bench, { only });
      return buildPlan({ ...input, whole: desired }).conflicts.map(({ address, reason }) => `${address} ${reason}`);
    };
    expect(await conflictsOfPart('Client/orders')).toEqual([
      'Client/orders it logs in by Issuer/github, which this plan leaves alone: it is not there yet',
    ]);
    expect(await conflictsOfPart('Client/orders', 'Issuer/github')).toEqual([]);
    await bench.apply(desired);
    expect(await conflictsOfPart('Client/orders')).toEqual([]);
  });
});
