import { renderPlan } from '../../../../test/support/bench/field-words.ts';
import { describe, expect, test } from 'vitest';
import {
  access,
  apiFields,
  createClient,
  deleteClient,
  deliverClient,
  planOf,
  updateClient,
} from '../../../../test/support/bench/plans.ts';
import type { Change, Plan, PlanReview } from '../../../model/plan.ts';
import { makeStyle } from '../../index.ts';

/** What may not be lost in a plan, however much is put in front of it. */
const style = makeStyle({ color: false, unicode: true });
const REVIEW: PlanReview = { releasedApis: [], foreignFolders: {}, outsideHolders: {} };
const SCOPES = Array.from({ length: 40 }, (_, index) => `inventory:scope-number-${index}`);
const flood = Array.from({ length: 350 }, (_, index) =>
  createClient(`a-harmless-${index}`, access({ inventory: { scopes: SCOPES } })),
);

function markdown(plan: Plan): string {
  const text = renderPlan(plan, { format: 'markdown', style });
  expect(Buffer.byteLength(text)).toBeLessThan(65_536);
  return text;
}

const moved = deliverClient('payments', 'moved');
const foreign = createClient('snoop');
const admin = createClient('admin', { roles: { realm: ['realm-admin'], clients: {} } });
const outsider: Change = {
  ...createClient('outsider', access({ theirs: { scopes: ['t:read'] } })),
  foreign: { 'access theirs scopes': 'of the stack others' },
};
const shared: Change = {
  op: 'update',
  address: 'Api/stock',
  owner: 'team-a',
  reason: '',
  notes: {},
  dependsOn: [],
  id: 'id',
  before: apiFields('https://stock', { 'stock:read': 'Read' }),
  after: apiFields('https://other', { 'stock:read': 'Read' }),
};
const review: PlanReview = {
  releasedApis: ['Api/let-go'],
  foreignFolders: { 'Client/snoop': ['team-payments'] },
  outsideHolders: { 'Api/stock': ['zz-1', 'zz-2', 'zz-3', 'zz-4', 'zz-5', 'zz-6', 'zz-7'] },
};
const DANGEROUS = [deleteClient('gone'), moved, foreign, admin, outsider, shared];

interface Parsed {
  readonly summary: object;
  readonly changes: readonly {
    readonly dangers: readonly string[];
    readonly folderOf?: readonly string[];
    readonly heldOutside?: readonly string[];
  }[];
}

describe('a plan that is flooded with what is harmless', () => {
  test('shows all that is dangerous first, in every format, and names each kind with its count', () => {
    const plan = planOf([...flood, ...DANGEROUS], { review });
    const addresses = [
      'Client/gone',
      'Client/payments',
      'Client/snoop',
      'Client/admin',
      'Client/outsider',
      'Api/stock',
    ];
    const comment = markdown(plan);
    expect(
      comment
        .match(/(?:Client|Api)\/[\w-]+/g)
        ?.filter((name) => name !== 'Api/let-go')
        .slice(0, 6),
    ).toEqual(addresses);
    const text = renderPlan(plan, { format: 'text', style });
    expect([...text.matchAll(/^ {2}[-~*>+] (\S+)/gm)].slice(0, 6).map(([, name]) => name)).toEqual(addresses);
    for (const rendering of [comment, text]) {
      for (const phrase of [
        '1 to delete',
        '1 credential moves to another place',
        "1 credential comes to lie in another owner's folder",
        '1 client gains roles',
        '1 change reaches what others own',
        '1 change concerns clients outside this stack',
        '353 changes widen access',
        'Api/let-go is let go',
      ])
        expect(rendering).toContain(phrase);
      expect(rendering).toContain('zz-1, zz-2, zz-3, zz-4, zz-5 and 2 more');
      expect(rendering).toContain('▲ folder of team-payments');
      expect(rendering).toContain('▲ moves to another place');
    }
    expect(comment).toMatch(
      /not shown here\*\* \(\d+ changes widen access\)\. They are pending like the rest \(--detailed-exitcode: 2\)/,
    );
    const parsed: Parsed = JSON.parse(renderPlan(plan, { format: 'json', style }));
    expect(parsed.summary).toMatchObject({
      letGo: ['Api/let-go'],
      dangers: { delete: 1, 'secret-moves': 1, 'gains-roles': 1, 'foreign-holders': 1, widens: 353 },
    });
    expect(parsed.changes.slice(0, 6).map(({ dangers: [worst] }) => worst)).toEqual([
      'delete',
      'secret-moves',
      'foreign-folder',
      'gains-roles',
      'foreign-reach',
      'foreign-holders',
    ]);
    expect(parsed.changes[2]?.folderOf).toEqual(['team-payments']);
    expect(parsed.changes[5]?.heldOutside).toHaveLength(7);
  });

  test('gives each that is dangerous a line where they do not fit in full', () => {
    const many = Array.from({ length: 120 }, (_, index) =>
      createClient(`big-${index}`, {
        roles: { realm: SCOPES, clients: {} },
        ...access({ inventory: { scopes: SCOPES } }),
      }),
    );
    const comment = markdown(planOf([...flood, ...many, moved], { review: REVIEW }));
    expect(comment).toContain('Client/payments');
    expect(comment).toContain('120 clients gain roles');
    for (const { address } of many) expect(comment).toMatch(new RegExp(`<code>${address}</code>|\`${address}\``));
  });

  test('names the kinds and their counts where not even a line for each fits', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => deliverClient(`moved-${index}`, 'moved'));
    const comment = markdown(planOf(many, { review: REVIEW }));
    expect(comment).toContain('**▲ 5,000 credentials move to another place.**');
    expect(comment).toMatch(/\n- and [\d,]+ more\n/);
    expect(comment).toMatch(/not shown here\*\* \([\d,]+ credentials move to another place\)/);
  });

  test('keeps a role above hundreds of scopes of the same client, and says how much of what is cut was marked', () => {
    const scopes = Array.from({ length: 2_000 }, (_, index) => `own:scope-number-${index}`);
    const one = createClient('one', { ...access({ own: { scopes } }), roles: { realm: ['realm-admin'], clients: {} } });
    const comment = markdown(planOf([one], { review: REVIEW }));
    expect(comment).toMatch(/```diff\n\+ realm roles +realm-admin +▲ widens access\n/);
    expect(comment).toMatch(/# and [\d,]+ more, [\d,]+ of them marked with ▲: grantry plan -t dev/);
  });

  test('shows a label to its end, for a name may be there', () => {
    const name = `an-api-with-a-name-that-is-longer-than-forty-columns`;
    const comment = markdown(planOf([createClient('x', access({ [name]: { scopes: ['a'] } }))]));
    expect(comment).toContain(`+ may call ${name}  a   ▲ widens access`);
  });
});

test('an Api that is let go is named, though the plan has nothing else to say', () => {
  const plan = planOf([], { review: { ...REVIEW, releasedApis: ['Api/stock'] } });
  for (const format of ['text', 'markdown'] as const)
    expect(renderPlan(plan, { format, style })).toContain(
      'Api/stock is let go, though its mark says that this stack owns it (managed: false)',
    );
});

test('what is dangerous of a value is shown to its end in text', () => {
  const long = `https://${'a'.repeat(300)}/end`;
  const change = updateClient('x', { auth: 'b' }, { auth: long });
  expect(renderPlan(planOf([change]), { format: 'text', style })).toContain('/end');
});

test('names in the list of what has no room are code, also those that Markdown would read as links', () => {
  const named = Array.from({ length: 1_500 }, (_, index) => deleteClient(`[n${index}](http://evil.example)*`));
  const items = markdown(planOf(named))
    .split('\n')
    .filter((line) => /^- (?:\*|<|and)/.test(line));
  expect(items.length).toBeGreaterThan(10);
  for (const item of items)
    expect(item).toMatch(/^- (?:\*\*delete\*\* `Client\/[^`]*` owner `[^`]*`|and [\d,]+ more$)/);
});
