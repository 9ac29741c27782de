import { describe, expect, it } from 'vitest';
import { ChainReader, ChainWriter } from './audit-chain.ts';
import type { ChainReport } from './audit-chain.ts';

/** Lines that runs write into one file, in this order of theirs. */
function write(order: readonly string[], before: readonly string[] = []): string[] {
  const writers = new Map(order.map((run) => [run, new ChainWriter(run)]));
  const lines = [...before];
  for (const [index, run] of order.entries()) {
    const chain = writers.get(run)?.next(lines.at(-1));
    const line = JSON.stringify({
      time: `2026-12-0${(index % 3) + 1}`,
      event: 'begun',
      address: `Client/${run}`,
      chain,
    });
    writers.get(run)?.written(line);
    lines.push(line);
  }
  return lines;
}

function read(lines: readonly string[], wanted?: string): ChainReport {
  const reader = new ChainReader(wanted);
  for (const line of lines) reader.take(line);
  return reader.end();
}

const problems = (lines: readonly string[]): string[] =>
  read(lines).problems.map(({ line, what }) => `${line}: ${what}`);

const first = write(['a', 'a', 'a']);
const whole = write(['b', 'b', 'b'], first);

describe('a chain', () => {
  it('holds over several runs, and says what it covers', () => {
    expect(read(whole)).toMatchObject({
      lines: 6,
      runs: 2,
      problems: [],
      unchained: 0,
      from: '2026-12-01',
      until: '2026-12-03',
    });
  });

  it('holds where two runs write into one file at a time, and shows a line of either that was taken out', () => {
    const mixed = write(['b', 'c', 'b', 'c', 'b', 'd'], first);
    expect(problems(mixed)).toEqual([]);
    for (let at = 0; at < mixed.length - 1; at += 1) expect(problems(mixed.toSpliced(at, 1))).not.toEqual([]);
  });

  it('holds where two looked at the file at the same moment', () => {
    const [one, other] = [write(['b'], first).at(-1) ?? '', write(['c'], first).at(-1) ?? ''];
    expect(problems([...first, one, other])).toEqual([]);
  });

  it('is empty where the log is', () => {
    expect(read([])).toEqual({ lines: 0, runs: 0, head: null, from: null, until: null, problems: [], unchained: 0 });
  });

  it('counts the lines from before there were chains, and holds from there on', () => {
    const old = ['{"event":"begun"}', '{"event":"done"}'];
    expect(read(write(['a', 'a'], old))).toMatchObject({ unchained: 2, problems: [] });
  });

  it('shows by the head of an earlier check that its end was cut off', () => {
    const { head } = read(first);
    expect(read(whole, head ?? '').problems).toHaveLength(0);
    expect(read(first.slice(0, 2), head ?? '').problems).toHaveLength(1);
  });

  it('has another head once anything was written', () => {
    expect(read(whole).head).not.toBe(read(first).head);
  });

  it.each<[string, (lines: string[]) => readonly string[], string]>([
    [
      'a changed line',
      (lines) => lines.with(1, (lines[1] ?? '').replace('Client/a', 'Client/x')),
      '3: the line before',
    ],
    [
      'a line that was taken out',
      (lines) => lines.toSpliced(1, 1),
      '2: it is line 3 of its run, and the one before is 1',
    ],
    [
      'a line that was put in',
      (lines) => lines.toSpliced(1, 0, '{"event":"done"}'),
      '2: it is no line of an audit log',
    ],
    ['lines in another order', (lines) => [lines[0] ?? '', lines[2] ?? '', lines[1] ?? ''], '2: it is line 3'],
    ['a run that was taken out', (lines) => lines.slice(3), '1: a line that was there before it is missing'],
    ['the beginning of a run that was taken out', (lines) => lines.slice(1, 3), '1: it is line 2 of a run'],
    ['a line that was cut off', (lines) => lines.with(5, (lines[5] ?? '').slice(0, 20)), '6: it is no line'],
    ['a link that is none', (lines) => [...lines, '{"event":"done","chain":{"run":"a"}}'], '7: it is no line'],
    ['another log put behind it', (lines) => [...lines, ...write(['z'])], '7: it was the first line of a log'],
  ])('shows %s', (_, damage, wanted) => {
    expect(problems(damage([...whole]))[0]).toContain(wanted);
  });
});
