import { describe, expect, it } from 'vitest';
import type { DesiredClient, DesiredState } from '../../model/desired.ts';
import type { Plan, PlannedDelivery } from '../../model/plan.ts';
import { parseAdoption } from '../plan/adoption.ts';
import { buildPlan } from '../plan/build-plan.ts';
import { RotationBench } from '../../../test/support/bench/rotation-bench.ts';
import { testTarget } from '../../../test/support/bench/random-states.ts';
import type { Applied } from '../apply/apply-plan.ts';
import { credentialStatus } from '../rotation/credential-status.ts';
import { surveyRotations } from '../rotation/survey-rotations.ts';
import { surveyTarget } from './survey-target.ts';
import type { SurveyOptions } from './survey-target.ts';

function client(name: string, special: Partial<DesiredClient> = {}): DesiredClient {
  return {
    name,
    clientId: name,
    owner: 'team',
    description: '',
    labels: {},
    access: [],
    auth: 'client_secret_basic',
    state: 'enabled',
    credential: { path: name, rotate: { every: 7_776_000, overlap: 0 } },
    settings: { kind: 'memory' },
    position: { file: 'a.yaml', line: 1, column: 1 },
    ...special,
  };
}

function state(...clients: DesiredClient[]): DesiredState {
  return { target: testTarget(), apis: [], clients, overlaps: [] };
}

const ORDERS = state(client('orders'));
/** Another way to authenticate changes the client and what its document says. */
const BY_POST = state(client('orders', { auth: 'client_secret_post' }));
const RENAMED = state(client('checkout', { clientId: 'orders' }));

type MemoryObject = RotationBench['provider']['objects'][number];

class Bench extends RotationBench {
  async planWith(desired: DesiredState, options: SurveyOptions): Promise<Plan> {
    return buildPlan(await surveyTarget(desired, this, options));
  }

  async applyWith(desired: DesiredState, options: SurveyOptions): Promise<Applied> {
    return this.carryOut(await this.planWith(desired, options));
  }

  get client(): MemoryObject {
    const found = this.clients().get('orders');
    if (found === undefined) throw new Error('no client');
    return found;
  }

  stateAt(path: string): string | undefined {
    return this.store.peek(path)?.pairs['grantry_state'];
  }

  async remarks(desired: DesiredState): Promise<string[]> {
    const statuses = await credentialStatus(await surveyRotations(desired, this), this.store, this.provider.now);
    return statuses.flatMap(({ remarks }) => remarks);
  }
}

async function inSync(desired = ORDERS): Promise<Bench> {
  const bench = new Bench();
  await bench.apply(desired);
  return bench;
}

function deliveries({ changes }: Plan): PlannedDelivery[] {
  return changes.flatMap((change) => ('delivery' in change ? (change.delivery ?? []) : []));
}

const TAKE = { adoption: parseAdoption(['Client/orders']) };
const ROTATE = { kind: 'named', names: ['orders'], force: false, revoke: false } as const;

describe('a manifest that is renamed, with the client_id as it was', () => {
  it('leaves its place: the document there is marked as retired', async () => {
    const bench = await inSync();
    expect(deliveries(await bench.plan(RENAMED))).toMatchObject([{ reason: 'moved', movedFrom: 'orders' }]);
    await bench.apply(RENAMED);
    expect([bench.stateAt('orders'), bench.stateAt('checkout')]).toEqual(['retired', 'active']);
    expect((await bench.plan(RENAMED)).changes).toEqual([]);
  });

  it('retires a document that lost its mark only where it holds the credential of the client', async () => {
    const bench = await inSync();
    bench.store.replacePairs('orders', { ticket: 'OPS-1' });
    await bench.apply(RENAMED);
    expect(bench.store.peek('orders')?.pairs).toMatchObject({ ticket: 'OPS-1', grantry_state: 'retired' });

    const other = await inSync();
    other.store.replacePairs('orders', { ticket: 'OPS-1' });
    other.store.writeForeign('orders', { client_id: 'orders', client_secret: 'of somebody else' });
    const { results } = await other.apply(RENAMED);
    expect(results).toMatchObject([{ outcome: 'failed', reason: expect.stringContaining('memory/orders was to be') }]);
    expect(other.client.fields['name']).toBe('orders');
    expect(other.store.peek('orders')?.pairs).toEqual({ ticket: 'OPS-1' });
  });

  it("promises nothing of a place that is somebody else's by now", async () => {
    const bench = await inSync();
    bench.store.replacePairs('orders', { grantry_stack: 'other', grantry_client: 'x', grantry_state: 'active' });
    expect(deliveries(await bench.plan(RENAMED))[0]?.movedFrom).toBeUndefined();
    await bench.apply(RENAMED);
    expect(bench.stateAt('orders')).toBe('active');
  });

  it('does not retire the document of the client that it is a copy of', async () => {
    const bench = await inSync();
    const copied = { ...bench.client, id: 'copy', fields: { ...bench.client.fields, clientId: 'copy' } };
    bench.provider.objects.push(copied);
    await bench.apply(state(client('orders'), client('second', { clientId: 'copy' })));
    expect([bench.stateAt('orders'), bench.stateAt('second')]).toEqual(['active', undefined]);
  });
});

async function lost(): Promise<Bench> {
  const bench = await inSync();
  bench.store.replacePairs('orders', { ticket: 'OPS-1' });
  return bench;
}

describe('a document that lost its mark', () => {
  it('is written to, and marked, where it holds the credential that the client has', async () => {
    const bench = await lost();
    expect(deliveries(await bench.plan(BY_POST))).toMatchObject([{ reason: 'facts-changed', lostMark: true }]);
    await bench.apply(BY_POST);
    expect(bench.store.peek('orders')).toMatchObject({
      pairs: { ticket: 'OPS-1', grantry_state: 'active' },
      data: { auth_method: 'client_secret_post' },
    });
    expect((await bench.plan(BY_POST)).changes).toEqual([]);
  });

  it('with another secret is refused before anything is changed at the provider, and taken over on purpose', async () => {
    const bench = await lost();
    bench.provider.regenerate(bench.client.id);
    const before = structuredClone(bench.client);
    const { results } = await bench.apply(BY_POST);
    expect(results).toMatchObject([{ outcome: 'failed', hint: expect.stringContaining('--adopt Client/orders') }]);
    expect(bench.client).toEqual(before);
    await bench.applyWith(BY_POST, TAKE);
    expect(bench.store.peek('orders')?.pairs).toMatchObject({ grantry_state: 'active' });
    expect((await bench.plan(BY_POST)).changes).toEqual([]);
  });

  it('is marked again by a rotation, and one with another secret is refused with a way out that works', async () => {
    const bench = await lost();
    expect((await bench.rotate(ORDERS, ROTATE)).results).toMatchObject([{ outcome: 'done' }]);
    expect(bench.stateAt('orders')).toBe('active');
    bench.store.replacePairs('orders', {});
    bench.store.writeForeign('orders', { client_id: 'orders', client_secret: 'of somebody else' });
    expect((await bench.rotate(ORDERS, ROTATE)).results).toMatchObject([
      { outcome: 'failed', hint: expect.stringContaining('grantry apply --adopt Client/orders') },
    ]);
    await bench.applyWith(ORDERS, TAKE);
    bench.provider.now += 10;
    expect((await bench.rotate(ORDERS, ROTATE)).results).toMatchObject([{ outcome: 'done' }]);
  });

  it('is found where every place is looked at, and said by status', async () => {
    const bench = await lost();
    expect((await bench.plan(ORDERS)).changes).toEqual([]);
    const found = await bench.planWith(ORDERS, { checkStore: true });
    expect(deliveries(found)).toMatchObject([{ reason: 'unmarked', lostMark: true }]);
    expect(await bench.remarks(ORDERS)).toEqual([expect.stringContaining("has lost grantry's mark")]);
    await bench.carryOut(found);
    expect((await bench.planWith(ORDERS, { checkStore: true })).changes).toEqual([]);
    expect(await bench.remarks(ORDERS)).toEqual([]);
  });

  it('or is marked as retired though its client is there, is no dead end either', async () => {
    const bench = await inSync();
    bench.store.writeForeign('orders', bench.store.peek('orders')?.data ?? {}, { grantry_state: 'retired' });
    expect(await bench.remarks(ORDERS)).toEqual([expect.stringContaining('marked as retired')]);
    expect(deliveries(await bench.planWith(ORDERS, { checkStore: true }))).toMatchObject([{ reason: 'unmarked' }]);
    expect((await bench.rotate(ORDERS, ROTATE)).results).toMatchObject([{ outcome: 'done' }]);
    expect(bench.stateAt('orders')).toBe('active');
  });
});

describe('a store', () => {
  const VANISHING = { vanishing: { after: '1h', hint: 'Unset it.' } };

  it.each(['the store', 'the place'])(
    'where %s deletes what is written is refused before anything is changed',
    async (what) => {
      const bench = await inSync();
      if (what === 'the store') bench.store.wholeLimits = VANISHING;
      else bench.store.limitPlace('orders', VANISHING);
      const before = structuredClone(bench.client);
      const data = bench.store.peek('orders')?.data;
      for (const results of [(await bench.apply(BY_POST)).results, (await bench.rotate(ORDERS, ROTATE)).results]) {
        expect(results).toMatchObject([
          { outcome: 'failed', reason: expect.stringContaining('1h after it'), hint: 'Unset it.' },
        ]);
      }
      expect([bench.client, bench.store.peek('orders')?.data]).toEqual([before, data]);
    },
  );

  it('that keeps one version is reported, and its documents name no version that is gone', async () => {
    const bench = new Bench({ secretOverlap: true });
    const desired = {
      ...state(client('orders', { credential: { path: 'orders', rotate: { every: 7_776_000, overlap: 3600 } } })),
      overlaps: [3600],
    };
    await bench.apply(desired);
    bench.store.limitPlace('orders', { keepsVersions: 1 });
    expect(await bench.remarks(desired)).toEqual([expect.stringContaining('keeps one version only')]);
    const { results } = await bench.rotate(desired, ROTATE);
    expect(results).toMatchObject([{ outcome: 'done', checks: [{}, { detail: 'memory/orders keeps 1 of them' }] }]);
    expect(bench.store.peek('orders')?.data).not.toHaveProperty('previous_version');
  });

  it('that says done of a write that never arrived is a failure, and the next plan has the change again', async () => {
    const bench = await inSync();
    const plan = await bench.plan(BY_POST);
    const write = bench.store.write.bind(bench.store);
    bench.store.write = async (_path, _document, expected) => expected + 1;
    expect((await bench.carryOut(plan)).results).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('was written, and it is not there') },
    ]);
    const secret = bench.client.secret;
    expect((await bench.rotate(ORDERS, ROTATE)).results).toMatchObject([{ outcome: 'failed' }]);
    expect(bench.client.secret).toBe(secret);
    bench.store.write = write;
    expect(deliveries(await bench.plan(BY_POST))).toMatchObject([{ reason: 'facts-changed' }]);
  });

  it("whose listing lies loses nothing of somebody else's", async () => {
    const bench = new Bench();
    bench.store.writeForeign('orders', { a: 'b' }, { ticket: 'OPS-1' });
    bench.store.existing = async () => new Set();
    expect((await bench.apply(ORDERS)).results).toMatchObject([{ outcome: 'failed' }]);
    expect(bench.store.peek('orders')).toEqual({ data: { a: 'b' }, pairs: { ticket: 'OPS-1' } });
  });
});
