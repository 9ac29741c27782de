import { describe, expect, it, test } from 'vitest';
import { addressOf } from '../../model/address.ts';
import type { LeftOut } from '../../model/estate.ts';
import type { Draft } from './draft.ts';
import { HEADER, planFiles } from './plan-files.ts';
import type { FolderView, Split } from './plan-files.ts';

function api(name: string, owner: string): Draft {
  const source = {
    audience: name,
    displayName: name,
    description: '',
    mark: undefined,
    facts: {},
    notes: [],
    scopes: {},
    spec: {},
    introspectedBy: undefined,
  };
  return {
    kind: 'Api',
    address: addressOf('Api', name),
    id: name,
    owner,
    manifest: {},
    text: `kind: ${name}\n`,
    source,
  };
}

const object: LeftOut = {
  kind: 'Client',
  id: 'legacy',
  displayName: 'legacy',
  facts: {},
  reason: 'mixed',
  why: 'Why.',
  todo: 'Do.',
};
const remark = (owner: string) => ({ owner, object, proposal: undefined });
const SPOKEN = '# left out: Client legacy (mixed)\n#   Why.\n#   Do.\n';

function plan(
  drafts: readonly Draft[],
  owners: readonly string[] = [],
  folder: Record<string, string | undefined> = {},
) {
  const files = planFiles(drafts, owners.map(remark), { split: 'owner', folder: new Map(Object.entries(folder)) });
  return Object.fromEntries(files.map(({ name, text }) => [name, text]));
}

describe('planFiles', () => {
  it('puts the documents of one owner into one file, and an object that is left out beside them', () => {
    const files = plan([api('a', 'Team A'), api('b', 'team-b'), api('c', 'Team A')], ['team-b']);
    expect(files).toEqual({
      'team-a.yaml': `${HEADER}\nkind: a\n---\nkind: c\n`,
      'team-b.yaml': `${HEADER}\nkind: b\n\n${SPOKEN}`,
    });
  });

  it('never takes the name of a file that somebody else wrote, in capitals either', () => {
    expect(
      Object.keys(plan([api('a', 'team-a')], [], { 'Team-A.yaml': undefined, 'team-a-2.yaml': undefined })),
    ).toEqual(['team-a-3.yaml']);
  });

  it('adds at the end of a file that import wrote, and changes nothing above', () => {
    const before = `${HEADER}\nkind: z\n# mine`;
    expect(plan([api('a', 'team-a')], ['team-a'], { 'team-a.yaml': before })).toEqual({
      'team-a.yaml': `${before}\n---\nkind: a\n\n${SPOKEN}`,
    });
  });

  it('speaks of an object once, whatever file that was in', () => {
    expect(plan([], ['team-a'], { 'team-z.yaml': `${HEADER}\n${SPOKEN}`.replaceAll('\n', '\r\n') })).toEqual({});
  });

  it('makes no file without a document: what is left out is spoken of in the first one there is', () => {
    expect(plan([], ['team-a'])).toEqual({});
    expect(Object.keys(plan([api('a', 'team-b'), api('c', 'team-c')], ['team-a']))).toEqual([
      'team-b.yaml',
      'team-c.yaml',
    ]);
    expect(plan([api('a', 'team-b')], ['team-a'])['team-b.yaml']).toContain(SPOKEN);
    expect(plan([], ['team-a'], { 'team-b.yaml': HEADER })['team-b.yaml']).toBe(`${HEADER}${SPOKEN}`);
  });

  it.each(['../../etc/passwd', '/etc/passwd', '..', 'a\\b', '\0', '.hidden', ''])(
    'makes a plain name of the owner %j',
    (owner) => {
      const [name = ''] = Object.keys(plan([api('a', owner)]));
      expect(name).toMatch(/^[a-z0-9][a-z0-9-]*\.yaml$/);
    },
  );
});

test.each<[Split, string[]]>([
  ['one', ['imported.yaml']],
  ['client', ['api-a.yaml', 'api-b.yaml']],
  ['owner', ['team-a.yaml', 'team-b.yaml']],
])('planFiles: split by %s', (split, names) => {
  const folder: FolderView = new Map();
  const files = planFiles([api('a', 'team-a'), api('b', 'team-b')], [], { split, folder });
  expect(files.map(({ name }) => name)).toEqual(names);
});
