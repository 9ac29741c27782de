import pLimit from 'p-limit';
import { GrantryError } from '../../model/errors.ts';
import type { PageSizes } from './page-sizes.ts';

/** A listing that is read in pages. */
export interface Listing<Raw, Row extends HasId> {
  /** Asks for `max` rows from row `first` on, in a stable order. */
  readonly ask: (first: number, max: number) => Promise<readonly Raw[]>;
  /** What is kept of a page: as many rows, in the same order. */
  readonly take: (page: readonly Raw[]) => readonly Row[];
}

export interface PageOptions {
  readonly sizes: PageSizes;
  readonly inFlight: number;
  /** Milliseconds since some moment. */
  readonly now: () => number;
}

/** Which rows a page has. */
interface Range {
  readonly first: number;
  readonly size: number;
}

interface HasId {
  readonly id: string;
}

/** A stretch of the listing without a gap, as it was read at one or two moments. */
interface Stretch<Row extends HasId> {
  readonly rows: readonly Row[];
  /** The ids at its ends: those of the moment that the neighbour on that side was read at. */
  readonly first: string | undefined;
  readonly last: string | undefined;
  /** Nothing lies behind it. */
  readonly isEnd: boolean;
}

const ATTEMPTS = 5;
const MENDING_ROUNDS = 10;

/**
 * Reads a whole listing in pages that overlap by one row. Where the rows at a seam differ, something was added or
 * removed while the pages were read, and a row may have been missed: both pages are read again, and the new and the old
 * reading must have a row in common, so that no gap is left. Every row that is there all along is in the result.
 */
export async function readAllPages<Raw, Row extends HasId>(
  listing: Listing<Raw, Row>,
  options: PageOptions,
): Promise<Row[]> {
  const reader = new PageReader(listing, options);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const pages = await reader.readToEnd([]);
    if (await mendSeams(pages, reader)) return join(pages);
  }
  throw new GrantryError('UNREACHABLE', 'The listing of clients changes faster than it can be read', {
    hint: 'Something creates or deletes many clients right now. Try again when it is done.',
  });
}

class PageReader<Raw, Row extends HasId> {
  readonly #listing: Listing<Raw, Row>;
  readonly #options: PageOptions;
  readonly #ranges: Range[] = [];

  constructor(listing: Listing<Raw, Row>, options: PageOptions) {
    this.#listing = listing;
    this.#options = options;
  }

  async read(index: number): Promise<Stretch<Row>> {
    const range = this.#rangeOf(index);
    return this.#take((await this.#ask(range)).page, range);
  }

  /**
   * Reads on until a page that is not full; drops what lies behind it. The next page is asked for before the last one is
   * worked on, so that neither side waits for the other; those on their way and those that wait are at most twice `inFlight`.
   */
  async readToEnd(pages: Stretch<Row>[]): Promise<Stretch<Row>[]> {
    const { inFlight } = this.#options;
    let next = pages.length;
    let end = pages.findIndex((page) => page.isEnd);
    let over = end !== -1;
    const asking = pLimit(inFlight);
    const taking = pLimit(1);
    const stop = (error: unknown): never => {
      over = true;
      throw error;
    };
    const askNext = async () => {
      if (over) return undefined;
      const index = next;
      next += 1;
      const range = this.#rangeOf(index);
      const { page, ms } = await this.#ask(range).catch(stop);
      if (page.length < range.size) {
        over = true;
        end = end === -1 ? index : Math.min(end, index);
      } else if (!over && this.#options.sizes.wantsAgain()) {
        await this.#askAgain(range, ms);
      }
      return { index, range, page };
    };
    const work = async (): Promise<void> => {
      for (let asked = await asking(askNext); asked !== undefined; asked = await asking(askNext)) {
        const { index, range, page } = asked;
        const taken = taking(async () => {
          await new Promise(setImmediate);
          return this.#take(page, range);
        });
        pages[index] = await taken.catch(stop);
      }
    };
    await Promise.all(Array.from({ length: inFlight * 2 }, work));
    pages.length = end + 1;
    return pages;
  }

  #rangeOf(index: number): Range {
    const before = this.#ranges[index - 1];
    const first = before === undefined ? 0 : before.first + before.size - 1;
    return (this.#ranges[index] ??= { first, size: this.#options.sizes.next() });
  }

  async #ask({ first, size }: Range): Promise<{ readonly page: readonly Raw[]; readonly ms: number }> {
    const { sizes, now } = this.#options;
    const asked = now();
    const page = await this.#listing.ask(first, size);
    const ms = now() - asked;
    if (page.length === size) sizes.note(size, ms);
    return { page, ms };
  }

  async #askAgain({ first, size }: Range, ms: number): Promise<void> {
    const { sizes, now } = this.#options;
    const asked = now();
    // Nothing is read by it, so nothing is lost when it fails: if that has a reason, the next page fails too.
    const again = await this.#listing.ask(first, size).then(
      () => now() - asked,
      () => undefined,
    );
    sizes.noteAgain(size, ms, again);
  }

  #take(page: readonly Raw[], { size }: Range): Stretch<Row> {
    const rows = this.#listing.take(page);
    return { rows, first: rows[0]?.id, last: rows.at(-1)?.id, isEnd: rows.length < size };
  }
}

/** True once every seam holds; false where a new reading has no row in common with the old one. */
async function mendSeams<Raw, Row extends HasId>(
  pages: Stretch<Row>[],
  reader: PageReader<Raw, Row>,
): Promise<boolean> {
  for (let round = 0; round < MENDING_ROUNDS; round += 1) {
    const torn = pages.findIndex((page, index) => index > 0 && pages[index - 1]?.last !== page.first);
    if (torn === -1) return true;
    const [before, after] = [pages[torn - 1], pages[torn]];
    if (before === undefined || after === undefined) return false;
    const [left, right] = await Promise.all([reader.read(torn - 1), reader.read(torn)]);
    if (!haveCommonRow(before, left) || !(left.isEnd || haveCommonRow(after, right))) return false;
    pages[torn - 1] = { rows: [...before.rows, ...left.rows], first: before.first, last: left.last, isEnd: left.isEnd };
    const isLast = torn === pages.length - 1;
    pages[torn] = {
      rows: [...after.rows, ...right.rows],
      first: right.first,
      last: isLast ? right.last : after.last,
      isEnd: isLast ? right.isEnd : after.isEnd,
    };
    await reader.readToEnd(pages);
  }
  return false;
}

function haveCommonRow(one: Stretch<HasId>, other: Stretch<HasId>): boolean {
  const ids = new Set(one.rows.map(({ id }) => id));
  return other.rows.some(({ id }) => ids.has(id));
}

/** What was read twice counts as it was read last. */
function join<Row extends HasId>(pages: readonly Stretch<Row>[]): Row[] {
  const rows = new Map<string, Row>();
  for (const page of pages) for (const row of page.rows) rows.set(row.id, row);
  return [...rows.values()];
}
