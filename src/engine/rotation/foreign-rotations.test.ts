/** Rotation touches nothing that is not the stack's, and no document that is another client's. */
import { describe, expect, it } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { RotationBench } from '../../../test/support/bench/rotation-bench.ts';
import type { ActualObject } from '../../model/state.ts';
import { rotationSubjects } from './rotation-subjects.ts';
import { selectRotations } from './select-rotations.ts';
import type { RotationChoice, RotationRequest } from './select-rotations.ts';
import { surveyRotations } from './survey-rotations.ts';
import type { RotationSurvey } from './survey-rotations.ts';

const DECLARED = state(
  [api('stock', ['stock:read'])],
  [client('orders', { stock: ['stock:read'] }), client('audit', { stock: ['stock:read'] })],
);
const ALL: RotationRequest = { kind: 'all', force: true, revoke: false, max: undefined };
const LATER = 3_000_000_000;

async function benchOf(): Promise<RotationBench> {
  const bench = new RotationBench();
  await bench.apply(DECLARED);
  return bench;
}

/** What was read, the client orders as given. */
async function surveyWith(bench: RotationBench, orders: Partial<ActualObject>): Promise<RotationSurvey> {
  const survey = await surveyRotations(DECLARED, bench);
  const objects = survey.actual.objects.map((object) =>
    object.address === 'Client/orders' ? { ...object, ...orders } : object,
  );
  return { ...survey, actual: { ...survey.actual, objects } };
}

function choose(bench: RotationBench, survey: RotationSurvey, request: RotationRequest): RotationChoice {
  return selectRotations(request, { ...survey, locate: (path) => bench.store.locate(path), now: LATER });
}

const FOREIGN: readonly (readonly [string, Pick<ActualObject, 'foreign'>])[] = [
  ['another stack', { foreign: [{ what: 'client orders', stack: 'theirs' }] }],
  ['nobody', { foreign: [{ what: 'client orders', stack: undefined }] }],
];

describe.each(FOREIGN)('a client of %s', (_, foreign) => {
  it.each([
    ALL,
    { kind: 'due', stagger: false, max: undefined } as const,
    { kind: 'named', names: ['orders', 'audit'], force: true, revoke: true } as const,
  ])('is refused, not rotated: %o', async (request) => {
    const bench = await benchOf();
    const chosen = choose(bench, await surveyWith(bench, foreign), request);
    expect(chosen.rotate).toEqual(['audit']);
    expect(chosen.refused).toMatchObject([{ address: 'Client/orders', error: { code: 'CONFLICT' } }]);
  });

  it.each([ALL, { kind: 'due', stagger: false, max: undefined } as const])(
    'is refused, not left out, where nothing shows a delivery: %o',
    async (request) => {
      const bench = await benchOf();
      const credential = { clientId: 'orders', createdAt: undefined, delivered: undefined };
      const { refused } = choose(bench, await surveyWith(bench, { ...foreign, credential }), request);
      expect(refused).toMatchObject([{ address: 'Client/orders', error: { code: 'CONFLICT' } }]);
    },
  );

  it('is no subject of a rotation, though somebody chose it', async () => {
    const bench = await benchOf();
    const survey = await surveyWith(bench, foreign);
    expect([...rotationSubjects(new Set(['orders', 'audit']), survey, bench).keys()]).toEqual(['audit']);
  });

  it('is not finished where a run before left a rotation half-done', async () => {
    const bench = await benchOf();
    const survey = { ...(await surveyWith(bench, foreign)), halfDone: new Set(['orders']) };
    const chosen = choose(bench, survey, { kind: 'named', names: [], force: false, revoke: false });
    expect([chosen.finish, chosen.refused.map(({ address }) => address)]).toEqual([[], ['Client/orders']]);
  });

  it('keeps its previous secret, however long ago its overlap ended', async () => {
    const bench = await benchOf();
    const survey = await surveyWith(bench, {});
    const orders = survey.actual.objects.find(({ address }) => address === 'Client/orders');
    if (orders?.credential === undefined) throw new Error('there is no client');
    const ended = { ...orders, credential: { ...orders.credential, previousUntil: 1 } };
    const retired = (object: ActualObject): readonly ActualObject[] =>
      choose(
        bench,
        { ...survey, actual: { ...survey.actual, objects: [object] } },
        { kind: 'named', names: [], force: false, revoke: false },
      ).retire;
    expect(retired(ended)).toHaveLength(1);
    expect(retired({ ...ended, ...foreign })).toEqual([]);
  });

  it('is not looked for in the store', async () => {
    const bench = await benchOf();
    const survey = await surveyWith(bench, foreign);
    expect(survey.actual.objects.find(({ address }) => address === 'Client/orders')?.foreign).toHaveLength(1);
    const orders = bench.clients().get('orders');
    if (orders?.delivered === undefined) throw new Error('there is no client');
    orders.fields = { ...orders.fields, stack: foreign.foreign[0]?.stack ?? '' };
    orders.delivered = { ...orders.delivered, facts: 'pending' };
    const before = bench.store.requests;
    await surveyRotations(DECLARED, bench);
    expect(bench.store.requests).toBe(before);
  });
});

describe("a place that is not this store's, or another client's", () => {
  it('is no subject of a rotation, and refused', async () => {
    const bench = await benchOf();
    const survey = await surveyWith(bench, {});
    const orders = survey.actual.objects.find(({ address }) => address === 'Client/orders');
    const delivered = orders?.credential?.delivered;
    if (orders?.credential === undefined || delivered === undefined) throw new Error('there is no client');
    const elsewhere = { ...orders.credential, delivered: { ...delivered, place: 'another/orders' } };
    const moved = await surveyWith(bench, { credential: elsewhere });
    expect([...rotationSubjects(new Set(['orders', 'audit']), moved, bench).keys()]).toEqual(['audit']);
    expect(choose(bench, moved, ALL).refused).toMatchObject([{ address: 'Client/orders' }]);
  });

  it.each([
    ['another client', { client: 'audit', stack: 'acme' }],
    ['another stack', { client: 'orders', stack: 'theirs' }],
  ])('is written to by no rotation where it holds the document of %s', async (_, whose) => {
    const bench = await benchOf();
    const before = await bench.store.read('orders');
    const secret = bench.clients().get('orders')?.secret;
    await bench.store.mark('orders', { ...whose, owner: '', state: 'active' });
    const { results } = await bench.rotate(DECLARED, { kind: 'named', names: ['orders'], force: true, revoke: false });
    expect(results).toMatchObject([{ outcome: 'failed' }]);
    expect((await bench.store.read('orders'))?.version).toBe(before?.version);
    expect(bench.clients().get('orders')?.secret).toBe(secret);
    expect((await bench.store.inspect('orders'))?.mark).toMatchObject(whose);
  });
});
