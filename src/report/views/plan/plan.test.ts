import { renderPlan } from '../../../../test/support/bench/field-words.ts';
import { describe, expect, test } from 'vitest';
import {
  access,
  apiFields,
  clientFields,
  createClient,
  deleteClient,
  deliverClient,
  planOf,
  updateClient,
} from '../../../../test/support/bench/plans.ts';
import type { Change, Plan } from '../../../model/plan.ts';
import { makeStyle } from '../../index.ts';

const plain = makeStyle({ color: false, unicode: true });
const read = access({ inventory: { scopes: ['inventory:read'] } });

function linesOf(plan: Plan, notices: readonly string[] = []): string[] {
  return renderPlan(plan, { format: 'text', style: plain, notices }).split('\n');
}

/** The addresses in the order in which a rendering has them. */
function order(changes: readonly Change[]): (string | undefined)[] {
  return linesOf(planOf(changes)).flatMap((line) => /^ {2}[-~*>+] (\S+)/.exec(line)?.[1] ?? []);
}

test('the whole look', () => {
  const changes = [
    deleteClient('legacy-export', {}, { owner: 'team-data', reason: 'no manifest declares it' }),
    createClient('nightly-sync', read, { owner: 'team-logistics' }),
    updateClient(
      'order-service',
      { ...read, flows: { directAccessGrants: true } },
      {
        ...access({ inventory: { scopes: ['inventory:read', 'inventory:write'] } }),
        flows: { directAccessGrants: false },
      },
      { notes: { 'flows directAccessGrants': 'changed by hand' } },
    ),
  ];
  expect(renderPlan(planOf(changes), { format: 'text', style: plain, notices: ['1 credential is overdue.'] }))
    .toBe(`dev: Keycloak http://localhost:8080 realm acme, Vault secret/m2m, stack acme-platform

  - Client/legacy-export    delete   owner team-data, no manifest declares it
      credential            secret/m2m/legacy-export   stops working
  ~ Client/order-service    update   owner team-checkout
      may call inventory    + inventory:write          ▲ widens access
      direct access grants  true → false               changed by hand
  + Client/nightly-sync     create   owner team-logistics
      may call inventory    + inventory:read           ▲ widens access
      credential            → secret/m2m/nightly-sync

1 to create, 1 to change, 1 to delete. 2 changes widen access. 214 clients are as declared.
1 credential is overdue.
`);
});

test('the most dangerous first, whatever the order of the plan', () => {
  const changes: Change[] = [
    createClient('calm'),
    deliverClient('deliver', 'missing'),
    updateClient('update', {}, { description: 'x' }),
    { ...updateClient('adopt', {}, {}), op: 'adopt', from: [null] },
    createClient('powerful', read),
    updateClient('widening', {}, read),
    deleteClient('gone'),
    { ...updateClient('adopted-widening', {}, read), op: 'adopt', from: [null] },
  ];
  const expected = ['gone', 'widening', 'adopted-widening', 'powerful', 'adopt', 'update', 'deliver', 'calm'];
  expect(order(changes)).toEqual(expected.map((name) => `Client/${name}`));
  const report: unknown = JSON.parse(renderPlan(planOf(changes), { format: 'json', style: plain }));
  expect(report).toHaveProperty(
    'changes',
    expected.map((name) => expect.objectContaining({ address: `Client/${name}` }) as unknown),
  );
  const markdown = renderPlan(planOf(changes), { format: 'markdown', style: plain });
  const summaries = [...markdown.matchAll(/<code>Client\/([\w-]+)<\/code>/g)].map(([, name]) => name);
  expect(summaries).toEqual(expected);
});

describe('a create', () => {
  test('does not list what every new client has', () => {
    expect(
      linesOf(planOf([createClient('quiet', { labels: { tier: 'web' }, tokenLifetime: null })])).slice(2, 5),
    ).toEqual([
      '  + Client/quiet            create   owner team-checkout',
      '      credential            → secret/m2m/quiet',
      '',
    ]);
  });

  test('lists what no new client should have', () => {
    const special = {
      enabled: false,
      publicClient: true,
      redirectUris: ['*'],
      flows: { standard: true, serviceAccount: false },
      auth: 'any',
    };
    const text = linesOf(planOf([createClient('odd', { ...special, clientId: 'another' })])).join('\n');
    for (const line of [
      /state +disabled/,
      /public client +true/,
      /redirect URIs +\+ \*/,
      /standard flow +true/,
      /service account +false/,
      /authentication +any/,
      /client id +another/,
    ]) {
      expect(text).toMatch(line);
    }
  });

  test('shows a noted field, and declared roles once', () => {
    const roles = { realm: ['auditor'], clients: {} };
    const fields = { roles, scopeMappings: roles, tokenLifetime: null };
    const lines = linesOf(planOf([createClient('x', fields, { notes: { tokenLifetime: 'no Api says' } })]));
    expect(lines.filter((line) => line.includes('auditor'))).toEqual([
      '      realm roles           + auditor          ▲ widens access',
    ]);
    expect(lines).toContain('      token lifetime        (server default)   no Api says');
  });

  test('shows scope mappings that are not those of the roles', () => {
    const fields = { roles: { realm: ['a'], clients: {} }, scopeMappings: { realm: ['a', 'b'], clients: {} } };
    expect(linesOf(planOf([createClient('x', fields)])).join('\n')).toMatch(/realm roles in tokens +\+ a {2}\+ b/);
  });

  test('says which Api of the plan introspects with it', () => {
    const api: Change = {
      ...createClient('inventory'),
      address: 'Api/inventory',
      after: apiFields('https://inventory.internal', { 'inventory:read': 'Read' }, ['introspector']),
    };
    const text = linesOf(planOf([api, createClient('x', { clientId: 'introspector' })])).join('\n');
    expect(text).toMatch(/introspects +inventory/);
    expect(text).toMatch(/introspected by +introspector/);
  });
});

describe('an update', () => {
  test('leaves out what differs without effect', () => {
    const lines = linesOf(planOf([updateClient('x', {}, access({ inventory: {} }))]));
    expect(lines.slice(2, 4)).toEqual(['  ~ Client/x                update   owner team-checkout', '']);
  });

  test('says where the secret goes, and why', () => {
    const change: Change = {
      ...updateClient('x', {}, { description: 'y' }),
      delivery: deliverClient('x', 'moved').delivery,
    };
    expect(linesOf(planOf([change])).join('\n')).toMatch(/credential +→ secret\/m2m\/x +▲ moves to another place/);
  });

  test('cuts long texts where they differ, and nothing that widens access', () => {
    const long = 'a long description that goes on and on and on and on and on and on and on and on ';
    const description = linesOf(planOf([updateClient('x', { description: `${long}1` }, { description: `${long}2` })]));
    expect(description.slice(3, 5)).toEqual([
      '      description           …on and on and on and on 1"',
      '                            → …on and on and on and on 2"',
    ]);
    const auth = linesOf(planOf([updateClient('x', {}, { auth: 'z'.repeat(200) })]));
    expect(auth.join('\n')).toContain('z'.repeat(200));
  });
});

test('an adopted object gets its mark without a word', () => {
  const marks = { stack: null, name: null, owner: null };
  const adopt: Change = { ...updateClient('x', marks, {}), op: 'adopt', from: [null], reason: 'carries no mark' };
  expect(linesOf(planOf([adopt])).slice(2, 4)).toEqual([
    '  * Client/x                adopt    owner team-checkout, carries no mark',
    '',
  ]);
});

function summaryOf(plan: Plan): string | undefined {
  return linesOf(plan).at(-2);
}

describe('the summary', () => {
  test.each([
    [planOf([]), 'dev: everything is as declared (214 clients).'],
    [planOf([], { unchanged: { apis: 1, clients: 0 } }), 'dev: everything is as declared (1 Api).'],
    [planOf([], { unchanged: { apis: 0, clients: 0 } }), 'dev: everything is as declared.'],
    [
      planOf([createClient('x')], { unchanged: { apis: 2, clients: 1 } }),
      '1 to create. 1 client and 2 Apis are as declared.',
    ],
    [
      planOf([deliverClient('x', 'missing')], { unchanged: { apis: 0, clients: 1 } }),
      '1 to deliver. 1 client is as declared.',
    ],
    [
      planOf([], { conflicts: [{ address: 'Client/x', reason: 'r', hint: 'h' }] }),
      '1 conflict. 214 clients are as declared.',
    ],
  ])('case %#', (plan, expected) => {
    expect(summaryOf(plan)).toBe(expected);
  });

  test('writes thousands with commas', () => {
    const changes = Array.from({ length: 1200 }, (_, index) => createClient(`x${index}`));
    expect(summaryOf(planOf(changes, { unchanged: { apis: 0, clients: 0 } }))).toBe('1,200 to create.');
  });
});

test('a very long name does not move the others', () => {
  const changes = [updateClient('a'.repeat(80), {}, { oddity: true }), updateClient('b', {}, { oddity: true })];
  expect(linesOf(planOf(changes)).slice(2, 6)).toEqual([
    `  ~ Client/${'a'.repeat(80)}  update`,
    '      owner team-checkout',
    '      oddity                                (not set) → true',
    '  ~ Client/b                                update   owner team-checkout',
  ]);
});

test('says loudly that a client is shut out, and counts it', () => {
  const plan = planOf([updateClient('b', { enabled: true }, { enabled: false })]);
  expect(linesOf(plan).slice(2)).toEqual([
    '  ~ Client/b                update   owner team-checkout',
    '      state                 enabled → disabled   ▲ shuts the client out: no token any more',
    '',
    '1 to change. 1 client is shut out. 214 clients are as declared.',
    '',
  ]);
});

test('columns hold with wide glyphs', () => {
  const before = clientFields('x');
  const change: Change = { ...updateClient('x', {}, {}), before, after: { ...before, labels: { 日本: 'a', xy: 'b' } } };
  const [first = '', second = ''] = linesOf(planOf([change])).slice(3, 5);
  expect([first, second]).toEqual([
    '      label xy              (not set) → "b"',
    '      label 日本            (not set) → "a"',
  ]);
});

test('colours mark what a change does', () => {
  const style = makeStyle({ color: true, unicode: true });
  const text = renderPlan(planOf([deleteClient('x'), createClient('y', read)]), { format: 'text', style });
  const escape = String.fromCodePoint(0x1b);
  expect(text).toContain(`${escape}[31mdelete   ${escape}[39m`);
  expect(text).toContain(`${escape}[32m+ inventory:read${escape}[39m`);
  expect(text).toContain(`${escape}[33m▲ widens access${escape}[39m`);
});
