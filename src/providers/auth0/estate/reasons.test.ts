import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byDelete, byPatch } from './reasons.ts';

const HOSTILE = ["it's", '$(touch x)', '`id`', '"', ';id', 'a b', 'a\nb', '../clients/A', 'a?b', 'a&b', 'ä', ''];

/** What a shell hands to `auth0` for a line. */
function wordsOf(line: string): string[] {
  execFileSync('/bin/sh', ['-n', '-c', line]);
  const script = `auth0() { printf '%s\\0' "$@"; }\n${line}`;
  return execFileSync('/bin/sh', ['-c', script]).toString().split('\0').slice(0, -1);
}

describe('a line for the command line of Auth0', () => {
  it('hands on what is sent as it is, whatever stands in it', () => {
    const text = fc.oneof(fc.constantFrom(...HOSTILE), fc.string());
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{1,40}$/), fc.dictionary(text, text), (id, sent) => {
        const body = { ...sent };
        const todo = byPatch('Mend it', { list: 'clients', id }, body);
        expect(wordsOf(todo.replace('Mend it: ', ''))).toEqual([
          'api',
          'patch',
          `clients/${id}`,
          '--data',
          JSON.stringify(body),
        ]);
      }),
      { numRuns: 30 },
    );
  });

  it('deletes by the id', () => {
    expect(byDelete('Delete it', { list: 'client-grants', id: 'cgr_1-a' })).toBe(
      'Delete it: auth0 api delete client-grants/cgr_1-a',
    );
  });

  it.each(HOSTILE)('is not there for the id %j', (id) => {
    expect(byDelete('Delete it', { list: 'client-grants', id })).toBe('Delete it.');
    expect(byPatch('Mend it', { list: 'clients', id }, {})).toBe('Mend it.');
  });
});
