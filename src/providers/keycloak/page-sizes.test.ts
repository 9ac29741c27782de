import { describe, expect, it } from 'vitest';
import { MeasuredSizes, fixedSize } from './page-sizes.ts';

/** Milliseconds that a row takes on a page of so many, at first and again. */
interface Server {
  readonly first: (size: number) => number;
  readonly again: (size: number) => number;
}

const atHand = (size: number): number => 2.4 + 30 / size;

const warm: Server = { first: atHand, again: atHand };
/** All is loaded first: a row costs the more the longer its page is. */
const cold: Server = { first: (size) => 20 + size / 30, again: atHand };

/** Rows arrive faster than they can be loaded. */
const quick: Server = { first: (size) => 0.3 + 30 / size, again: (size) => 0.3 + 30 / size };

interface Reading {
  /** The sizes of its pages. */
  readonly asked: readonly number[];
  /** How many were asked for once more. */
  readonly again: number;
}

/** Reads some pages, of which as many are on their way at a time as grantry has. */
function read(sizes: MeasuredSizes, server: Server, pages: number, noise: () => number = () => 1): Reading {
  const onTheirWay: number[] = [];
  const asked: number[] = [];
  let again = 0;
  while (asked.length < pages) {
    const size = sizes.next();
    asked.push(size);
    onTheirWay.push(size);
    if (onTheirWay.length < 4) continue;
    const arrived = onTheirWay.shift() ?? 0;
    const ms = arrived * server.first(arrived) * noise();
    sizes.note(arrived, ms);
    if (!sizes.wantsAgain()) continue;
    again += 1;
    sizes.noteAgain(arrived, ms, arrived * server.again(arrived) * noise());
  }
  return { asked, again };
}

describe('MeasuredSizes', () => {
  it('goes on with long pages where the server has everything at hand', () => {
    const { asked, again } = read(new MeasuredSizes(), warm, 40);
    expect(asked.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 50));
    expect(new Set(asked.slice(10))).toEqual(new Set([400]));
    expect(again).toBe(3);
  });

  it('stays with short ones where it has to load them, and seldom asks for one again', () => {
    const { asked, again } = read(new MeasuredSizes(), cold, 200);
    expect(new Set(asked)).toEqual(new Set([50]));
    expect(again).toBe(15);
  });

  it('goes on with them at once where rows arrive faster than they can be loaded', () => {
    const { asked, again } = read(new MeasuredSizes(), quick, 20);
    expect([asked.filter((size) => size === 50).length, again]).toEqual([5, 0]);
  });

  it('takes pages that arrive fast later on for the few that somebody else asked for', () => {
    let page = 0;
    const first = (size: number): number => ([1, 11, 12, 13].includes((page += 1)) ? 0.9 : cold.first(size));
    expect(new Set(read(new MeasuredSizes(), { first, again: atHand }, 30).asked)).toEqual(new Set([50]));
  });

  it.each([
    ['has everything at hand', atHand, 400],
    ['loads', cold.first, 50],
  ])('asks for more again where the first ones leave it open, and the server %s', (_, later, size) => {
    let page = 0;
    // Neither two times as long nor six times, at first.
    const first = (long: number): number => ((page += 1) <= 8 ? 4 * atHand(long) : later(long));
    const { asked, again } = read(new MeasuredSizes(), { first, again: atHand }, 25);
    expect([again > 3, asked.at(-1)]).toEqual([true, size]);
  });

  it('looks again with three pages only, however near to each other the times are', () => {
    let page = 0;
    const first = (size: number): number => ((page += 1) <= 12 ? cold.first(size) : 4 * atHand(size));
    const { asked, again } = read(new MeasuredSizes(), { first, again: atHand }, 200);
    expect([new Set(asked), again]).toEqual([new Set([50]), 15]);
  });

  it('asks for none again of a few', () => {
    expect(read(new MeasuredSizes(), warm, 7)).toMatchObject({ again: 0 });
  });

  it('finds out that a server loads what follows', () => {
    const sizes = new MeasuredSizes();
    read(sizes, warm, 40);
    expect(new Set(read(sizes, cold, 30).asked.slice(10))).toEqual(new Set([50]));
  });

  it('finds out that a server has at hand what follows', () => {
    const sizes = new MeasuredSizes();
    read(sizes, cold, 40);
    expect(new Set(read(sizes, warm, 100).asked.slice(70))).toEqual(new Set([400]));
  });

  it('finds out that it was misled: what it asked for again had to be loaded as well, by another server', () => {
    let page = 0;
    // One of many servers behind one address, each with a cache of its own.
    const many: Server = { first: cold.first, again: (size) => ((page += 1) <= 3 ? cold.first(size) : atHand(size)) };
    const sizes = new MeasuredSizes();
    // Of long pages a row takes four times as long: measured.
    const { asked } = read(sizes, { ...many, first: (size) => (size === 50 ? 22 : 88) }, 60);
    expect(asked).toContain(400);
    expect(new Set(asked.slice(30))).toEqual(new Set([50]));
  });

  it.each([
    ['has everything at hand', warm, 400],
    ['loads', cold, 50],
  ])('is not misled by pages that had to wait, where the server %s', (_, server, size) => {
    let page = 0;
    // Of three in a row one is not held up.
    const noise = (): number => ((page += 1) % 3 === 0 ? 1 : 20);
    expect(new Set(read(new MeasuredSizes(), server, 60, noise).asked.slice(40))).toEqual(new Set([size]));
  });

  it('does not go to and fro for ever where neither is true', () => {
    // Asked for again nothing is faster, and yet long pages are far slower.
    const odd: Server = { first: (size) => (size === 50 ? 3 : 9), again: () => 3 };
    const { asked, again } = read(new MeasuredSizes(), odd, 2000);
    const turns = asked.filter((size, index) => index > 0 && size !== asked[index - 1]).length;
    expect([turns, again]).toEqual([
      expect.toSatisfy((count) => count <= 16),
      expect.toSatisfy((count) => count <= 24),
    ]);
  });

  it('stays with short pages where one cannot be asked for again', () => {
    const sizes = new MeasuredSizes();
    for (let page = 0; page < 10; page += 1) {
      sizes.note(50, 200);
      if (sizes.wantsAgain()) sizes.noteAgain(50, 200, page === 5 ? undefined : 200);
    }
    expect(sizes.next()).toBe(50);
  });

  it('may be told', () => {
    const sizes = fixedSize(70);
    sizes.note(70, 1);
    expect([sizes.next(), sizes.wantsAgain()]).toEqual([70, false]);
  });
});
