import { describe, expect, it } from 'vitest';
import { MeasuredSizes, fixedSize } from './page-sizes.ts';

/** Milliseconds that a row takes on a page of so many. */
type Server = (size: number) => number;

/** Everything is at hand: each page costs something, whatever its length. */
const warm: Server = (size) => 0.3 + 30 / size;
/** All is loaded first: a row costs the more the longer its page is. */
const cold: Server = (size) => 4 + size / 30;

/** The sizes of the next pages, of which as many are on their way as grantry has. */
function read(sizes: MeasuredSizes, server: Server, pages: number, noise: () => number = () => 1): number[] {
  const onTheirWay: number[] = [];
  const asked: number[] = [];
  while (asked.length < pages) {
    const size = sizes.next();
    asked.push(size);
    onTheirWay.push(size);
    if (onTheirWay.length < 4) continue;
    const arrived = onTheirWay.shift() ?? 0;
    sizes.note(arrived, arrived * server(arrived) * noise());
  }
  return asked;
}

describe('MeasuredSizes', () => {
  it('goes on with the longest pages where they are worth it', () => {
    const asked = read(new MeasuredSizes(), warm, 40);
    expect(asked.slice(0, 12)).toEqual([...Array.from({ length: 8 }, () => 50), 50, 100, 50, 100]);
    expect(new Set(asked.slice(30))).toEqual(new Set([200]));
  });

  it('goes on with the shortest where the server loads what it lists', () => {
    const asked = read(new MeasuredSizes(), cold, 40);
    expect(new Set(asked.slice(20))).toEqual(new Set([50]));
  });

  it('goes on with those in between where nothing is won by longer ones', () => {
    const asked = read(new MeasuredSizes(), (size) => (size === 100 ? 1 : 2), 40);
    expect(new Set(asked.slice(30))).toEqual(new Set([100]));
  });

  it.each([
    ['loads', warm, cold, 50],
    ['no longer loads', cold, warm, 200],
  ])('begins anew where the server %s from some row on', (_, before, after, size) => {
    const sizes = new MeasuredSizes();
    read(sizes, before, 40);
    expect(new Set(read(sizes, after, 60).slice(40))).toEqual(new Set([size]));
  });

  it.each([
    [warm, 200],
    [cold, 50],
  ])('is not misled by pages that had to wait', (server, size) => {
    let page = 0;
    // Of three in a row one is not held up.
    const noise = (): number => ((page += 1) % 3 === 0 ? 1 : 20);
    expect(new Set(read(new MeasuredSizes(), server, 60, noise).slice(40))).toEqual(new Set([size]));
  });

  it('may be told', () => {
    const sizes = fixedSize(70);
    sizes.note(70, 1);
    expect(sizes.next()).toBe(70);
  });
});
