import { describe, expect, it } from 'vitest';
import { GrantryError } from '../model/errors.ts';
import { clockFinding, fine, runChecks } from './checks.ts';
import type { ServerCheck } from './checks.ts';

const NOW = Date.parse('2026-12-01T00:00:00Z');

describe('clockFinding', () => {
  it.each([0, 30_000, -30_000])('takes clocks that are %d ms apart', (apart) => {
    expect(clockFinding('A server', NOW, NOW + apart)).toEqual({ kind: 'fine' });
  });

  it.each([
    [31_000, '31 s behind the one of this machine'],
    [-90_000, '90 s ahead of the one of this machine'],
  ])('reports clocks that are %d ms apart', (apart, words) => {
    const what = `The clock of A server is ${words}`;
    expect(clockFinding('A server', NOW, NOW + apart)).toMatchObject({ kind: 'risk', what });
  });

  it('does not know of a server that does not say the time', () => {
    expect(clockFinding('A server', undefined, NOW)).toMatchObject({ kind: 'unknown' });
  });
});

function check(look: ServerCheck<string>['look'], more: Partial<ServerCheck<string>> = {}): ServerCheck<string> {
  return { id: 'one', purposes: ['plan', 'apply'], title: 'one', look, ...more };
}

function failing(error: Error): ServerCheck<string> {
  return check(async () => {
    throw error;
  });
}

describe('runChecks', () => {
  it('goes on where one look fails', async () => {
    const refused = new GrantryError('NOT_ALLOWED', 'not that', { hint: 'Give it.' });
    const results = await runChecks([failing(refused), check(async () => fine())], '');
    expect(results.map(({ finding }) => finding)).toEqual([
      { kind: 'unknown', what: 'not that', why: expect.any(String), mend: { words: 'Give it.', commands: [] } },
      { kind: 'fine' },
    ]);
  });

  it.each([
    new GrantryError('UNREACHABLE', 'it is gone'),
    new GrantryError('INTERRUPTED', 'stopped'),
    new TypeError('a bug'),
  ])('ends with %s', async (error) => {
    await expect(runChecks([failing(error)], '')).rejects.toBe(error);
  });

  it('says what a check matters to here', async () => {
    const [result] = await runChecks([check(async () => fine(), { purposesOf: () => ['usage'] })], '');
    expect(result?.purposes).toEqual(['usage']);
  });
});
