import { describe, expect, it } from 'vitest';
import { MeasuredSizes, fixedSize } from './page-sizes.ts';

/** Milliseconds that a row takes on a page of so many, at first and again. */
interface Server {
  readonly first: (size: number) => number;
  readonly again: (size: number) => number;
}

const atHand = (size: number): number => 0.3 + 30 / size;

const warm: Server = { first: atHand, again: atHand };
/** All is loaded first: a row costs the more the longer its page is. */
const cold: Server = { first: (size) => 4 + size / 30, again: atHand };

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
    sizes.note(arrived, arrived * server.first(arrived) * noise());
    if (!sizes.wantsAgain()) continue;
    again += 1;
    sizes.noteAgain(arrived, arrived * server.again(arrived) * noise());
  }
  return { asked, again };
}

describe('MeasuredSizes', () => {
  it('goes on with long pages where the server has everything at hand', () => {
    const { asked, again } = read(new MeasuredSizes(), warm, 40);
    expect(asked.slice(0, 12)).toEqual(Array.from({ length: 12 }, () => 50));
    expect(new Set(asked.slice(13))).toEqual(new Set([200]));
    expect(again).toBe(3);
  });

  it('stays with short ones where it has to load them, and seldom asks for one again', () => {
    const { asked, again } = read(new MeasuredSizes(), cold, 200);
    expect(new Set(asked)).toEqual(new Set([50]));
    expect(again).toBe(15);
  });

  it('asks for none again of a few', () => {
    expect(read(new MeasuredSizes(), warm, 9)).toMatchObject({ again: 0 });
  });

  it('finds out that a server loads what follows', () => {
    const sizes = new MeasuredSizes();
    read(sizes, warm, 40);
    expect(new Set(read(sizes, cold, 30).asked.slice(10))).toEqual(new Set([50]));
  });

  it('finds out that a server has at hand what follows', () => {
    const sizes = new MeasuredSizes();
    read(sizes, cold, 40);
    expect(new Set(read(sizes, warm, 100).asked.slice(70))).toEqual(new Set([200]));
  });

  it('finds out that it was misled: what it asked for again had to be loaded as well, by another server', () => {
    let page = 0;
    // One of many servers behind one address, each with a cache of its own.
    const many: Server = { first: cold.first, again: (size) => ((page += 1) <= 3 ? cold.first(size) : atHand(size)) };
    const sizes = new MeasuredSizes();
    // Of long pages a row takes three times as long: measured.
    const { asked } = read(sizes, { ...many, first: (size) => (size === 50 ? 5 : 16) }, 60);
    expect(asked).toContain(200);
    expect(new Set(asked.slice(30))).toEqual(new Set([50]));
  });

  it.each([
    ['has everything at hand', warm, 200],
    ['loads', cold, 50],
  ])('is not misled by pages that had to wait, where the server %s', (_, server, size) => {
    let page = 0;
    // Of three in a row one is not held up.
    const noise = (): number => ((page += 1) % 3 === 0 ? 1 : 20);
    expect(new Set(read(new MeasuredSizes(), server, 60, noise).asked.slice(40))).toEqual(new Set([size]));
  });

  it('does not go to and fro for ever where neither is true', () => {
    // Asked for again nothing is faster, and yet long pages are far slower.
    const odd: Server = { first: (size) => (size === 50 ? 1 : 9), again: () => 1 };
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
      sizes.note(50, 50);
      if (sizes.wantsAgain()) sizes.noteAgain(50, page === 7 ? undefined : 50);
    }
    expect(sizes.next()).toBe(50);
  });

  it('may be told', () => {
    const sizes = fixedSize(70);
    sizes.note(70, 1);
    expect([sizes.next(), sizes.wantsAgain()]).toEqual([70, false]);
  });
});
