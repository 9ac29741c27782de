import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LateAnswer } from '../../platform/http.ts';
import { readAllPages } from './pages.ts';
import type { Listing, Page, PageOptions } from './pages.ts';
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
});

const TIMING = { headMs: 2, bodyMs: 1 };

/** The rows of `list` that a page asks for. */
const pageOf = (list: readonly Row[], first: number, max: number): Page<Row> => ({
  rows: list.slice(first, first + max),
  timing: TIMING,
});

/** All but pages of two and three rows have limited patience. */
function sizesByTurns(sizes: readonly number[]): PageSizes {
  let asked = 0;
  return {
    ...fixedSize(2),
    next: () => sizes[asked++ % sizes.length] ?? 2,
    patience: (size) => (size > 3 ? 1000 : undefined),
  };
}

const readRows = async (
  ask: Listing<Row, Row>['ask'],
  options: { pageSize: number; inFlight: number },
): Promise<Row[]> => readAllPages({ ask, take: (page) => page }, inPages(options));

/** Pages of ten rows have a second, and are given up in the end; those of four are not limited. */
function impatient(): PageSizes & { givenUp: number[]; noted: number[] } {
  const givenUp: number[] = [];
  const noted: number[] = [];
  const next = (): number => (givenUp.length === 0 ? 10 : 4);
  return {
    next,
    patience: (size) => (size === 10 ? 1000 : undefined),
    note: (size) => noted.push(size),
    noteGivenUp: () => givenUp.push(10),
    givenUp,
    noted,
  };
}

const readImpatiently = async (ask: Listing<Row, Row>['ask']): Promise<Row[]> =>
  readAllPages<Row, Row>({ take: (page) => page, ask }, { sizes: impatient(), inFlight: 1 });

function mayBeLate(worthMs: number | undefined): void {
  if (worthMs !== undefined) throw new LateAnswer();
}

describe('readAllPages', () => {
  it.each([0, 1, 9, 10, 11, 18, 19, 20, 95, 100])('reads %i rows, each once and in order', async (count) => {
    const list = rows(count);
    let requests = 0;
    const read = await readRows(
      async (first, max) => {
        requests += 1;
        return pageOf(list, first, max);
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
    // Of neighbours up to twenty at once: a whole page, and more.
    const change = fc.record({
      at: fc.nat(30),
      insert: fc.boolean(),
      id: fc.nat(200),
      count: fc.integer({ min: 1, max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 90 }),
        fc.array(change, { maxLength: 4 }),
        fc.infiniteStream(fc.boolean()),
        async (count, changes, late) => {
          const list = rows(count);
          const before = new Set(list.map(({ id }) => id));
          const deleted = new Set<string>();
          let requests = 0;
          const read = await readAllPages<Row, Row>(
            {
              take: (page) => page,
              ask: async (first, max, worthMs) => {
                for (const { insert, id, count: many } of changes.filter(({ at }) => at === requests)) {
                  if (insert) for (let more = 0; more < many; more += 1) list.push(row((id + more) * 2 + 1));
                  else for (const gone of list.splice(id % Math.max(1, list.length), many)) deleted.add(gone.id);
                  list.sort((left, right) => (left.id < right.id ? -1 : 1));
                }
                requests += 1;
                if (worthMs !== undefined && late.next().value) throw new LateAnswer();
                return pageOf(list, first, max);
              },
            },
            { sizes: sizes(), inFlight: 3 },
          );
          const seen = read.map(({ id }) => id);
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen).toEqual(expect.arrayContaining([...before].filter((id) => !deleted.has(id))));
        },
      ),
      { numRuns: 3000 },
    );
  });

  describe('where a page takes longer than it may', () => {
    it('asks for its rows in shorter ones, from which nothing is learned', async () => {
      const list = rows(40);
      const asked: string[] = [];
      const sizes = impatient();
      const read = await readAllPages<Row, Row>(
        {
          take: (page) => page,
          ask: async (first, max, worthMs) => {
            asked.push(`${first}+${max}`);
            if (first === 9 && worthMs === 1000) throw new LateAnswer();
            return pageOf(list, first, max);
          },
        },
        { sizes, inFlight: 1 },
      );
      expect(read).toEqual(list);
      const parts = ['9+4', '12+4', '15+4'];
      expect(asked).toEqual(['0+10', '9+10', ...parts, ...Array.from({ length: 8 }, (_, at) => `${18 + at * 3}+4`)]);
      expect([sizes.givenUp, sizes.noted]).toEqual([[10], [10, 4, 4, 4, 4, 4, 4, 4]]);
    });

    it('knows the end from a shorter one, and passes on what fails there', async () => {
      const list = rows(5);
      const asked: number[] = [];
      const read = await readImpatiently(async (first, max, worthMs) => {
        mayBeLate(worthMs);
        asked.push(first);
        return pageOf(list, first, max);
      });
      expect([read, asked]).toEqual([list, [0, 3]]);
      const failing = readImpatiently(async (_first, _max, worthMs) => {
        mayBeLate(worthMs);
        throw new Error('down');
      });
      await expect(failing).rejects.toThrow('down');
    });

    it('takes no other failure for that', async () => {
      let asked = 0;
      const failing = readImpatiently(async () => {
        asked += 1;
        throw new Error('refused');
      });
      await expect(failing).rejects.toThrow('refused');
      expect(asked).toBe(1);
    });

    it('asks for no more of the shorter ones once something failed', async () => {
      const list = rows(500);
      let [isLate, failed, more] = [false, false, 0];
      const sizes: PageSizes = {
        ...fixedSize(4),
        next: () => (isLate ? 4 : 40),
        patience: (size) => (size === 40 ? 1000 : undefined),
        noteGivenUp: () => (isLate = true),
      };
      const ask = async (first: number, max: number, worthMs?: number): Promise<Page<Row>> => {
        more += failed ? 1 : 0;
        await new Promise(setImmediate);
        mayBeLate(worthMs);
        failed ||= first === 42;
        if (first === 42) throw new Error('down');
        return pageOf(list, first, max);
      };
      await expect(readAllPages<Row, Row>({ take: (page) => page, ask }, { sizes, inFlight: 3 })).rejects.toThrow(
        'down',
      );
      for (let turn = 0; turn < 40; turn += 1) await new Promise(setImmediate);
      expect(more).toBeLessThanOrEqual(2);
    });
  });

  it('asks for nothing more once a page could not be worked on', async () => {
    const list = rows(500);
    let asked = 0;
    const reading = readAllPages<Row, Row>(
      {
        ask: async (first, max) => {
          asked += 1;
          return pageOf(list, first, max);
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
        return pageOf(list, first + (shift % 3), max);
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
          return pageOf(list, first, max);
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
