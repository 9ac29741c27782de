import { describe, expect, it } from 'vitest';
import type { Timing } from '../../platform/send.ts';
import { MeasuredSizes, fixedSize } from './page-sizes.ts';

/** How long a page of so many rows takes. */
type Server = (size: number) => Timing;

/** As measured, four pages at a time: docs/notes/keycloak-26.7.md. */
const warm: Server = (size) => ({ headMs: 100, bodyMs: size * 0.4 });
/** All is loaded first: a row costs the more the longer its page is. */
const cold: Server = (size) => ({ headMs: 100, bodyMs: size * (5 + size / 10) });

/** The same on a fast machine. */
const fast: Server = (size) => ({ headMs: 20, bodyMs: size * (1 + size / 50) });
/** Behind a proxy that holds an answer back until it is complete. */
const held: Server = (size) => {
  const { headMs, bodyMs } = cold(size);
  return { headMs: headMs + bodyMs, bodyMs: 0 };
};
const odd: Server = (size) => (size === 50 ? warm(size) : cold(size));

/** The answers, one after the other; the last one for all that follow. */
function byTurns(...servers: readonly Server[]): Server {
  let page = 0;
  return (size) => {
    const server = servers[Math.min(page, servers.length - 1)] ?? warm;
    page += 1;
    return server(size);
  };
}

const times = (count: number, server: Server): Server[] => Array.from({ length: count }, () => server);

/** The sizes of some pages, of which as many are on their way at a time as grantry has. */
function read(sizes: MeasuredSizes, server: Server, pages: number): number[] {
  const onTheirWay: { readonly size: number; readonly patience: number | undefined }[] = [];
  const asked: number[] = [];
  while (asked.length < pages) {
    const size = sizes.next();
    asked.push(size);
    onTheirWay.push({ size, patience: sizes.patience(size) });
    const arrived = onTheirWay.length < 4 ? undefined : onTheirWay.shift();
    if (arrived === undefined) continue;
    const timing = server(arrived.size);
    if (timing.headMs + timing.bodyMs > (arrived.patience ?? Infinity)) sizes.noteGivenUp();
    else sizes.note(arrived.size, timing);
  }
  return asked;
}

const short = (asked: readonly number[]): number => asked.filter((size) => size === 50).length;

describe('MeasuredSizes', () => {
  it('goes on with long pages where the server has everything at hand', () => {
    const asked = read(new MeasuredSizes(), warm, 40);
    expect([asked.slice(0, 5), new Set(asked.slice(5))]).toEqual([[50, 50, 50, 50, 50], new Set([400])]);
  });

  it.each([
    ['slowly', cold],
    ['fast', fast],
    // They cannot be told from those at hand but by the time of the whole.
    ['slowly, behind a proxy that holds answers back', held],
  ])('stays with short ones where the server has to load them: %s', (_, server) => {
    expect(new Set(read(new MeasuredSizes(), server, 200))).toEqual(new Set([50]));
  });

  it('is not misled by pages that somebody else asked for, one at a time', () => {
    const server = byTurns(...Array.from({ length: 30 }, () => [warm, cold]).flat());
    expect(new Set(read(new MeasuredSizes(), server, 60))).toEqual(new Set([50]));
  });

  it('sees in the middle that a server has at hand what follows', () => {
    expect(read(new MeasuredSizes(), byTurns(...times(40, cold), warm), 60).at(-1)).toBe(400);
  });

  it.each([
    [
      'bears with long ones whose rows take as long as those of short ones',
      (size: number) => ({ headMs: size * 2, bodyMs: 0 }),
      400,
    ],
    ['gives up those that are loaded', cold, 50],
  ])('%s', (_, server, size) => {
    expect(read(new MeasuredSizes(), byTurns(...times(10, warm), server), 22).at(-1)).toBe(size);
  });

  it.each([
    // Four times as long for each row as the slower one.
    [[90, 100], 3200],
    // Whole milliseconds.
    [[80.01, 80.33], 2571],
    // A second at least, however fast the short ones came.
    [[1, 2], 1000],
  ])('after short pages of %j ms has so much patience with long ones: %i ms', (totals, patience) => {
    const sizes = new MeasuredSizes();
    expect(sizes.patience(50)).toBeUndefined();
    for (const headMs of totals) sizes.note(50, { headMs, bodyMs: 0 });
    expect([sizes.next(), sizes.patience(400), sizes.patience(50)]).toEqual([400, patience, undefined]);
  });

  it.each([
    ['at most a third of its time is behind the head', { headMs: 67, bodyMs: 33 }, 400],
    ['more than that is', { headMs: 66, bodyMs: 34 }, 50],
    ['a row takes five milliseconds', { headMs: 250, bodyMs: 0 }, 400],
    ['it takes more', { headMs: 251, bodyMs: 0 }, 50],
  ])('of a short page of which %s', (_, timing, next) => {
    const sizes = new MeasuredSizes();
    for (let page = 0; page < 2; page += 1) sizes.note(50, timing);
    expect(sizes.next()).toBe(next);
  });

  it('takes several that are given up together for one', () => {
    const sizes = new MeasuredSizes();
    const notes = (count: number): void => {
      for (let page = 0; page < count; page += 1) sizes.note(50, warm(50));
    };
    notes(2);
    for (let page = 0; page < 4; page += 1) sizes.noteGivenUp();
    notes(9);
    expect(sizes.next()).toBe(50);
    notes(1);
    expect(sizes.next()).toBe(400);
  });

  it('does not go to and fro for ever where short ones are at hand and long ones are not', () => {
    const asked = read(new MeasuredSizes(), odd, 2000);
    expect(asked.length - short(asked)).toBeLessThanOrEqual(40);
  });

  it('learns nothing of a page that was asked for before it changed, nor of one of another length', () => {
    const sizes = new MeasuredSizes();
    for (const size of [400, 400, 8, 8]) sizes.note(size, { headMs: 1, bodyMs: 0 });
    expect(sizes.next()).toBe(50);
    for (const headMs of [100, 100, 200, 200]) sizes.note(50, { headMs, bodyMs: 0 });
    expect(sizes.patience(400)).toBe(3200);
  });

  it('may be told', () => {
    const sizes = fixedSize(70);
    sizes.note(70, warm(70));
    sizes.noteGivenUp();
    expect([sizes.next(), sizes.patience(70)]).toEqual([70, undefined]);
  });
});
