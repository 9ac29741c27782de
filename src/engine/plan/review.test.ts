import { dangersOf } from '../../../test/support/bench/field-words.ts';
import { describe, expect, test } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { apiFields, clientFields } from '../../../test/support/bench/plans.ts';
import type { DesiredState } from '../../model/desired.ts';
import type { JsonObject } from '../../model/values/json.ts';
import type { Plan, PlannedDelivery } from '../../model/plan.ts';
import type { ActualObject, ActualState, DesiredObject } from '../../model/state.ts';
import { buildPlan } from './build-plan.ts';
import { parseAdoption } from './adoption.ts';
import { delivery } from '../../../test/support/bench/plans.ts';
import { savePlan } from './saved/save-plan.ts';

interface Case {
  readonly desired: DesiredState;
  readonly projected: readonly DesiredObject[];
  readonly actual?: Partial<ActualState>;
  readonly deliveries?: readonly PlannedDelivery[];
  readonly adopt?: readonly string[];
}

function planOf({ desired, projected, actual, deliveries = [], adopt = [] }: Case): Plan {
  return buildPlan({
    desired,
    projected,
    actual: { objects: [], impossible: [], listedClients: 1, ...actual },
    endpoints: { issuer: '', token: '', jwks: '', introspection: undefined },
    deliveries,
    provider: 'P',
    store: 'S',
    foreignPlaces: [],
    knownClients: undefined,
    adoption: parseAdoption(adopt),
  });
}

function wanted(name: string, special: JsonObject = {}, owner = 'team-a'): DesiredObject {
  return { address: `Client/${name}`, owner, fields: clientFields(name, special), notes: {} };
}

function present(object: Pick<DesiredObject, 'address' | 'fields'>, rest: Partial<ActualObject> = {}): ActualObject {
  return { id: 'id', owner: '', foreign: [], ...object, ...rest };
}

function dangersIn(plan: Plan): Record<string, readonly string[]> {
  return Object.fromEntries(plan.changes.map((change) => [change.address, dangersOf(change, plan.review)]));
}

describe('a secret that comes to lie in the store', () => {
  const clients = [
    client('orders', {}, { owner: 'team-a', credential: { path: 'b/orders', rotate: { every: 1, overlap: 0 } } }),
    client('pay', {}, { owner: 'team-b', credential: { path: 'b/pay', rotate: { every: 1, overlap: 0 } } }),
  ];
  const projected = [wanted('orders'), wanted('pay', {}, 'team-b')];

  test.each([
    ['new', ['foreign-folder']],
    ['missing', []],
  ] as const)('where only others deliver is dangerous: %s', (reason, dangers) => {
    const deliveries = [{ ...delivery('orders', reason), path: 'b/orders' }];
    expect(dangersIn(planOf({ desired: state([], clients), projected, deliveries }))['Client/orders']).toEqual(dangers);
  });

  test('where it moves to is dangerous wherever that is', () => {
    const [orders, pay] = projected.map((object) => present(object));
    const actual = { objects: [orders, pay].flatMap((object) => object ?? []) };
    const deliveries = [delivery('orders', 'moved')];
    const desired = state([], [client('orders', {}, { owner: 'team-a' })]);
    expect(dangersIn(planOf({ desired, projected: projected.slice(0, 1), actual, deliveries }))).toMatchObject({
      'Client/orders': ['secret-moves'],
    });
  });

  test('its own folder, a common one, and none at all are not', () => {
    const rotate = { every: 1, overlap: 0 };
    const many = [
      client('orders', {}, { owner: 'team-a', credential: { path: 'shared/orders', rotate } }),
      client('stock', {}, { owner: 'team-a', credential: { path: 'shared/stock', rotate } }),
      client('pay', {}, { owner: 'team-b', credential: { path: 'shared/pay', rotate } }),
      client('top', {}, { owner: 'team-a', credential: { path: 'top', rotate } }),
    ];
    const deliveries = [
      { ...delivery('orders', 'new'), path: 'shared/orders' },
      { ...delivery('top', 'new'), path: 'top' },
    ];
    const plan = planOf({ desired: state([], many), projected: [wanted('orders'), wanted('top')], deliveries });
    expect(plan.review?.foreignFolders).toEqual({});
  });

  test("a folder in which only a client without an owner lies is nobody else's", () => {
    const rotate = { every: 1, overlap: 0 };
    const two = [
      client('orders', {}, { owner: 'team-a', credential: { path: 'b/orders', rotate } }),
      client('old', {}, { owner: '', credential: { path: 'b/old', rotate } }),
    ];
    const deliveries = [{ ...delivery('orders', 'new'), path: 'b/orders' }];
    const plan = planOf({ desired: state([], two), projected: [wanted('orders')], deliveries });
    expect(plan.review?.foreignFolders).toEqual({});
  });

  test("a folder by another owner's name is dangerous, though nothing lies there", () => {
    const rotate = { every: 1, overlap: 0 };
    const two = [
      client('orders', {}, { owner: 'team-a', credential: { path: 'team-b/x/orders', rotate } }),
      client('pay', {}, { owner: 'team-b', credential: { path: 'pay', rotate } }),
    ];
    const deliveries = [{ ...delivery('orders', 'new'), path: 'team-b/x/orders' }];
    const plan = planOf({ desired: state([], two), projected: [wanted('orders')], deliveries });
    expect(plan.review?.foreignFolders).toEqual({ 'Client/orders': ['team-b'] });
  });
});

test('roles, and what others own, are more than widening', () => {
  const desired = state([api('theirs', ['t:read'], { managed: false }), api('ours', ['o:read'])], []);
  const changes = [
    wanted('roles', { roles: { realm: ['admin'], clients: {} } }),
    wanted('foreign', { access: { theirs: { scopes: ['t:read'], onRequest: [] } } }),
    wanted('plain', { access: { ours: { scopes: ['o:read'], onRequest: [] } } }),
    wanted('nothing'),
  ];
  const actual = { origins: [{ address: 'Api/theirs', stack: 'others', owner: undefined }] } as const;
  expect(dangersIn(planOf({ desired, projected: changes, actual }))).toEqual({
    'Client/roles': ['gains-roles', 'widens'],
    'Client/foreign': ['foreign-reach', 'widens'],
    'Client/plain': ['widens'],
    'Client/nothing': [],
  });
});

test('what a client gains as it is taken over is widening too', () => {
  const desired = state([api('ours', ['o:read'])], []);
  const access = { ours: { scopes: ['o:read'], onRequest: [] } };
  const objects = [present(wanted('orders'), { foreign: [{ what: 'client orders', stack: undefined }] })];
  const plan = planOf({
    desired,
    projected: [wanted('orders', { access })],
    actual: { objects },
    adopt: ['Client/orders'],
  });
  expect(dangersIn(plan)).toEqual({ 'Client/orders': ['widens'] });
});

test('a client that a plan takes over is not outside of the stack any more, for the Apis that it takes over too', () => {
  const [address, fields] = ['Api/stock', apiFields('https://stock', { 'stock:read': 'Read' })] as const;
  const foreign = [{ what: 'it', stack: undefined }];
  const outsideHolders = { 'stock:read': ['orders', 'theirs'] };
  const credential = { clientId: 'orders', createdAt: 7, delivered: undefined };
  const orders = wanted('orders');
  const plan = planOf({
    desired: state([api('stock', ['stock:read'])], [client('orders')]),
    projected: [{ address, owner: 'team-a', fields, notes: {} }, orders],
    actual: {
      objects: [present({ address, fields }, { foreign, outsideHolders }), present(orders, { foreign, credential })],
    },
    adopt: ['*/*'],
  });
  expect(plan.changes.map(({ op }) => op)).toEqual(['adopt', 'adopt']);
  expect(plan.review?.outsideHolders).toEqual({ [address]: ['theirs'] });
});

describe('an Api whose scopes clients outside the stack hold', () => {
  const address = 'Api/stock' as const;
  const outsideHolders = { 'stock:read': ['zz-theirs', 'aa-theirs'], 'stock:write': ['writer'] };
  const desired = state([api('stock', ['stock:read', 'stock:write'])], []);
  const scopes = { 'stock:read': 'Read', 'stock:write': 'Write' };
  const before = apiFields('https://stock', scopes);

  function planned(after: JsonObject, rest: Partial<ActualObject> = {}, adopt: readonly string[] = []): Plan {
    const projected = [{ address, owner: 'o', notes: {}, fields: after }];
    const objects = [present({ address, fields: before }, { outsideHolders, ...rest })];
    return planOf({ desired, projected, actual: { objects }, adopt });
  }

  test('names them where a change shows in their tokens, as widening where it is', () => {
    const plan = planned(apiFields('https://other', scopes));
    expect(plan.review?.outsideHolders).toEqual({ [address]: ['aa-theirs', 'writer', 'zz-theirs'] });
    expect(dangersIn(plan)).toEqual({ [address]: ['foreign-holders', 'widens'] });
  });

  test('names those of the scope that changes alone', () => {
    const one = {
      ...before,
      scopes: {
        ...Object(before['scopes']),
        'stock:write': { ...Object(Object(before['scopes'])['stock:write']), inTokenScope: false },
      },
    };
    expect(planned(one).review?.outsideHolders).toEqual({ [address]: ['writer'] });
  });

  test('leaves them out where it is deleted: that is a conflict', () => {
    const objects = [present({ address, fields: before }, { outsideHolders })];
    const plan = planOf({ desired: state([], []), projected: [], actual: { objects } });
    expect(plan.conflicts).toHaveLength(2);
    expect(plan.review?.outsideHolders).toEqual({});
  });

  test('leaves them out of a change of words', () => {
    expect(
      planned(apiFields('https://stock', { ...scopes, 'stock:read': 'Read stock' })).review?.outsideHolders,
    ).toEqual({});
  });

  test('names them when it is taken over', () => {
    const foreign = [{ what: 'client scope stock:read', stack: undefined }];
    const plan = planned(before, { foreign }, [address]);
    expect(dangersIn(plan)).toEqual({ [address]: ['foreign-holders'] });
  });
});

test('an Api that manifests let go is named, and a saved plan keeps nothing of all that', () => {
  const desired = state([api('stock', ['stock:read'], { managed: false })], []);
  const plan = planOf({ desired, projected: [], actual: { releasedApis: ['Api/stock'] } });
  expect(plan.review?.releasedApis).toEqual(['Api/stock']);
  const actual = { objects: [], impossible: [], listedClients: 1 };
  expect(savePlan(plan, { desired, actual }, { tool: '1', createdAt: '', lastApply: null })).not.toHaveProperty(
    'review',
  );
});
