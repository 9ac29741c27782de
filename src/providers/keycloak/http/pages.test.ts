import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAllPages } from './pages.ts';
import type { Listing, PageOptions } from './pages.ts';

interface Row {
  readonly id: string;
}

const row = (id: number): Row => ({ id: String(id).padStart(4, '0') });
const rows = (count: number): Row[] => Array.from({ length: count }, (_, index) => row(index * 2));

const readRows = async (ask: Listing<Row, Row>['ask'], options: PageOptions): Promise<Row[]> =>
  readAllPages({ ask, take: (page) => page }, options);

/** Somebody else adds neighbours, or removes as many. */
interface Disturbance {
  /** Before this request. */
  readonly at: number;
  readonly insert: boolean;
  readonly id: number;
  readonly count: number;
}

/** A listing as a server with a database keeps it: in order, and looked at while it changes. */
class LiveListing {
  readonly rows: Row[];
  readonly removed = new Set<string>();
  #requests = 0;
  readonly #disturbances: readonly Disturbance[];

  constructor(count: number, disturbances: readonly Disturbance[]) {
    this.rows = rows(count);
    this.#disturbances = disturbances;
  }

  /** Of a page that is looked up before something is removed and loaded after it, the removed rows are left out. */
  readonly ask = async (first: number, max: number): Promise<Row[]> => {
    const due = this.#disturbances.filter(({ at }) => at === this.#requests);
    this.#requests += 1;
    for (const one of due.filter(({ insert }) => insert)) this.#disturb(one);
    const page = this.rows.slice(first, first + max);
    for (const one of due.filter(({ insert }) => !insert)) this.#disturb(one);
    return page.filter(({ id }) => !this.removed.has(id));
  };

  #disturb({ insert, id, count }: Disturbance): void {
    if (insert) {
      const present = new Set(this.rows.map((one) => one.id));
      const added = Array.from({ length: count }, (_, more) => row((id + more) * 2 + 1));
      this.rows.push(...added.filter((one) => !present.has(one.id) && !this.removed.has(one.id)));
    } else for (const gone of this.rows.splice(id % Math.max(1, this.rows.length), count)) this.removed.add(gone.id);
    this.rows.sort((left, right) => (left.id < right.id ? -1 : 1));
  }
}

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
    expect(requests).toBeLessThanOrEqual(Math.ceil(count / 9) + 6);
  });

  it.each([4, 10, 25])('misses no row of pages of %i that is there all along', async (pageSize) => {
    // While one request is answered, a quarter of a page.
    const disturbance = fc.record({
      at: fc.nat(60),
      insert: fc.boolean(),
      id: fc.nat(200),
      count: fc.integer({ min: 1, max: Math.floor(pageSize / 4) }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 120 }),
        fc.uniqueArray(disturbance, { maxLength: 12, selector: ({ at }) => at }),
        async (count, disturbances) => {
          const listing = new LiveListing(count, disturbances);
          const before = listing.rows.map(({ id }) => id);
          const seen = (await readRows(listing.ask, { pageSize, inFlight: 3 })).map(({ id }) => id);
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen).toEqual(expect.arrayContaining(before.filter((id) => !listing.removed.has(id))));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('goes on behind pages that are short though the listing does not end there', async () => {
    const list = rows(120);
    let requests = 0;
    const read = await readRows(
      async (first, max) => {
        requests += 1;
        // Every other answer lacks rows: those in the middle, and those at the end.
        const lacks = requests % 2 === 1 ? new Set([first + 4, first + max - 1, first + max - 2]) : new Set<number>();
        return list.filter((_, index) => index >= first && index < first + max && !lacks.has(index));
      },
      { pageSize: 10, inFlight: 1 },
    );
    expect(read.map(({ id }) => id).toSorted()).toEqual(list.map(({ id }) => id));
  });

  it('goes on behind a page of which all rows went away while it was loaded', async () => {
    const listing = new LiveListing(60, [{ at: 2, insert: false, id: 9, count: 19 }]);
    const read = await readRows(listing.ask, { pageSize: 10, inFlight: 2 });
    expect(read.map(({ id }) => id)).toEqual(expect.arrayContaining(listing.rows.map(({ id }) => id)));
  });

  it('reads a listing to its end in which a row goes with every request', async () => {
    const disturbances = Array.from({ length: 400 }, (_, at) => ({ at, insert: false, id: (at * 7) % 90, count: 1 }));
    const listing = new LiveListing(1000, disturbances);
    const read = await readRows(listing.ask, { pageSize: 50, inFlight: 4 });
    expect(read.map(({ id }) => id)).toEqual(expect.arrayContaining(listing.rows.map(({ id }) => id)));
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
      { pageSize: 10, inFlight: 2 },
    );
    await expect(reading).rejects.toThrow('not as expected');
    const before = asked;
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    expect(before).toBeLessThanOrEqual(4);
    expect(asked).toBe(before);
  });

  it('gives up on a listing that never rests, rather than believe it', async () => {
    let made = 0;
    const reading = readRows(async (_first, max) => Array.from({ length: max }, () => ({ id: String((made += 1)) })), {
      pageSize: 10,
      inFlight: 1,
    });
    await expect(reading).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('gives up on a server that answers with the same page for ever', async () => {
    const page = rows(10);
    const reading = readRows(async () => page, { pageSize: 10, inFlight: 2 });
    await expect(reading).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('passes a failure on', async () => {
    const failing = readRows(() => Promise.reject(new Error('down')), { pageSize: 10, inFlight: 4 });
    await expect(failing).rejects.toThrow('down');
  });

  it('asks for the next pages before it works on the last one, and has no more on their way than it may', async () => {
    const list = rows(200);
    const inFlight = 4;
    let onTheirWay = 0;
    let most = 0;
    const during: number[] = [];
    await readAllPages<Row, Row>(
      {
        ask: async (first, max) => {
          onTheirWay += 1;
          most = Math.max(most, onTheirWay);
          await new Promise(setImmediate);
          onTheirWay -= 1;
          return list.slice(first, first + max);
        },
        take: (page) => {
          if (page.length === 10) during.push(onTheirWay);
          return page;
        },
      },
      { pageSize: 10, inFlight },
    );
    expect(most).toBe(inFlight);
    expect(Math.min(...during.slice(0, 10))).toBeGreaterThan(0);
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
