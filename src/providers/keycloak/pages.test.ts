import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAllPages } from './pages.ts';
import type { Listing, PageOptions } from './pages.ts';
import { fixedSize } from './page-sizes.ts';
import type { PageSizes } from './page-sizes.ts';

interface Row {
  readonly id: string;
}

const row = (id: number): Row => ({ id: String(id).padStart(4, '0') });
const rows = (count: number): Row[] => Array.from({ length: count }, (_, index) => row(index * 2));

const inPages = ({ pageSize, inFlight }: { pageSize: number; inFlight: number }): PageOptions => ({
  sizes: fixedSize(pageSize),
  inFlight,
  now: () => 0,
});

function sizesByTurns(sizes: readonly number[]): PageSizes {
  let asked = 0;
  let arrived = 0;
  return {
    next: () => sizes[asked++ % sizes.length] ?? 2,
    note: () => undefined,
    wantsAgain: () => (arrived += 1) % 3 === 0,
    noteAgain: () => undefined,
  };
}

const readRows = async (
  ask: Listing<Row, Row>['ask'],
  options: { pageSize: number; inFlight: number },
): Promise<Row[]> => readAllPages({ ask, take: (page) => page }, inPages(options));

describe('readAllPages', () => {
  it.each([0, 1, 9, 10, 11, 18, 19, 20, 95, 100])('reads %i rows, each once and in order', async (count) => {
    const list = rows(count);
    let requests = 0;
    const read = await readRows(
      async (first, max) => {
        requests += 1;
        return list.slice(first, first + max);
      },
      { pageSize: 10, inFlight: 4 },
    );
    expect(read).toEqual(list);
    expect(requests).toBeLessThanOrEqual(Math.ceil(count / 9) + 4);
  });

  it.each([
    ['one length', (): PageSizes => fixedSize(10)],
    ['many lengths', (): PageSizes => sizesByTurns([10, 3, 25, 2])],
  ])('misses no row of pages of %s that was there all along, while others come and go', async (_, sizes) => {
    const change = fc.record({ at: fc.nat(30), insert: fc.boolean(), id: fc.nat(200) });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 90 }), fc.array(change, { maxLength: 4 }), async (count, changes) => {
        const list = rows(count);
        const before = new Set(list.map(({ id }) => id));
        const deleted = new Set<string>();
        let requests = 0;
        const read = await readAllPages<Row, Row>(
          {
            take: (page) => page,
            ask: async (first, max) => {
              for (const { insert, id } of changes.filter(({ at }) => at === requests)) {
                if (insert) list.push(row(id * 2 + 1));
                else for (const gone of list.splice(id % Math.max(1, list.length), 1)) deleted.add(gone.id);
                list.sort((left, right) => (left.id < right.id ? -1 : 1));
              }
              requests += 1;
              return list.slice(first, first + max);
            },
          },
          { sizes: sizes(), inFlight: 3, now: () => 0 },
        );
        const seen = read.map(({ id }) => id);
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen).toEqual(expect.arrayContaining([...before].filter((id) => !deleted.has(id))));
      }),
      { numRuns: 1000 },
    );
  });

  it('asks for no page again once it knows the end, and loses nothing where that fails', async () => {
    const list = rows(40);
    const asked: number[] = [];
    const seen = new Set<number>();
    const sizes: PageSizes = { ...fixedSize(10), wantsAgain: () => true };
    const read = await readAllPages<Row, Row>(
      {
        take: (page) => page,
        ask: async (first, max) => {
          asked.push(first);
          if (seen.has(first)) throw new Error('asked for again');
          seen.add(first);
          return list.slice(first, first + max);
        },
      },
      { sizes, inFlight: 1, now: () => 0 },
    );
    expect(read).toEqual(list);
    expect(asked).toEqual([0, 0, 9, 9, 18, 18, 27, 27, 36]);
  });

  it('asks for nothing more once a page could not be worked on', async () => {
    const list = rows(500);
    let asked = 0;
    const reading = readAllPages<Row, Row>(
      {
        ask: async (first, max) => {
          asked += 1;
          return list.slice(first, first + max);
        },
        take: (page) => {
          if (page[0]?.id === list[0]?.id) throw new Error('not as expected');
          return page;
        },
      },
      inPages({ pageSize: 10, inFlight: 2 }),
    );
    await expect(reading).rejects.toThrow('not as expected');
    const before = asked;
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    expect(before).toBeLessThanOrEqual(4);
    expect(asked).toBe(before);
  });

  it('gives up on a listing that never rests, rather than believe it', async () => {
    let shift = 0;
    const list = rows(60);
    const reading = readRows(
      async (first, max) => {
        shift += 1;
        return list.slice(first + (shift % 3), first + (shift % 3) + max);
      },
      { pageSize: 10, inFlight: 1 },
    );
    await expect(reading).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('passes a failure on', async () => {
    const failing = readRows(() => Promise.reject(new Error('down')), { pageSize: 10, inFlight: 4 });
    await expect(failing).rejects.toThrow('down');
  });

  it('asks for the next page before it works on the last one, and has at most twice as many in hand', async () => {
    const list = rows(200);
    const inFlight = 4;
    let [asked, answered, taken, onTheirWay] = [0, 0, 0, 0];
    const lying: number[] = [];
    const waiting: number[] = [];
    await readAllPages<Row, Row>(
      {
        ask: async (first, max) => {
          asked += 1;
          onTheirWay += 1;
          await new Promise(setImmediate);
          onTheirWay -= 1;
          answered += 1;
          return list.slice(first, first + max);
        },
        take: (page) => {
          lying.push(answered - taken);
          if (page.length === 10 && asked < 20) waiting.push(onTheirWay);
          taken += 1;
          return page;
        },
      },
      inPages({ pageSize: 10, inFlight }),
    );
    expect(Math.max(...lying)).toBeLessThanOrEqual(inFlight * 2);
    expect(Math.min(...waiting)).toBeGreaterThan(0);
    expect(taken).toBe(answered);
  });

  it('asks for nothing more once a page could not be read', async () => {
    let asked = 0;
    const reading = readRows(
      async () => {
        asked += 1;
        throw new Error('down');
      },
      { pageSize: 10, inFlight: 4 },
    );
    await expect(reading).rejects.toThrow('down');
    await new Promise(setImmediate);
    expect(asked).toBeLessThanOrEqual(4);
  });
});
