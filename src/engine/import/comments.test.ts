import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { commentLine, leftOutComment, provenance } from './comments.ts';

const FROM = { at: '2026-12-01T10:00:00.000Z', from: 'Memory realm acme' };

test('provenance: says when and where from, when it was used last, and what to know', () => {
  expect(provenance({ notes: ['one mapper is left'], lastUsed: '2026-11-02T08:00:00Z' }, FROM)).toEqual([
    'imported 2026-12-01 from Memory realm acme; last used 2026-11-02',
    'one mapper is left',
  ]);
  expect(provenance({ notes: [] }, FROM)).toEqual(['imported 2026-12-01 from Memory realm acme']);
});

describe('a comment', () => {
  it('is one line, whatever text is in it', () => {
    const text = fc.string({ unit: fc.constantFrom('\n', '\r', '\u2028', '\u0085', '\u0000', 'a', '#', ' ') });
    fc.assert(
      fc.property(text, (one) => {
        expect(commentLine(one)).toMatch(/^#(?: [^\r\n\u2028\u2029\u0085\0]+)?\n$/);
      }),
    );
  });

  it('repeats no text that looks like a credential', () => {
    const token = `hvs.${'x'.repeat(24)}`;
    expect(commentLine(`note ${token}`)).not.toContain(token);
  });
});

test('leftOutComment: has why, what to do, and what would do, all behind #', () => {
  const object = {
    kind: 'Client',
    id: 'a\nkind: Client',
    displayName: 'A\nB',
    reason: 'mixed',
    why: 'Why.',
    todo: 'Split\nit.',
  } as const;
  expect(leftOutComment(object, '# x\nkind: Client\n')).toBe(`# left out: Client a\\nkind: Client (mixed)
#   It is called A\\nB.
#   Why.
#   Split\\nit.
#   What would do for it:
#   # x
#   kind: Client
`);
});
