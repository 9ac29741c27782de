import pLimit from 'p-limit';
import { GrantryError } from '../../model/errors.ts';
import { LateAnswer } from '../../platform/http.ts';
import type { Timing } from '../../platform/send.ts';
import { letOthersGoOn } from '../../platform/stretches.ts';
import type { PageSizes } from './page-sizes.ts';

export interface Page<Raw> {
  readonly rows: readonly Raw[];
  /** How long its answer took. */
  readonly timing: Timing;
}

/** A listing that is read in pages. */
export interface Listing<Raw, Row extends HasId> {
  /** Asks for `max` rows from row `first` on, in a stable order; with `worthMs` throws LateAnswer when they take longer. */
  readonly ask: (first: number, max: number, worthMs?: number) => Promise<Page<Raw>>;
  /** What is kept of a page: as many rows, in the same order. */
  readonly take: (rows: readonly Raw[]) => readonly Row[];
}

export interface PageOptions {
  readonly sizes: PageSizes;
  readonly inFlight: number;
}

/** Which rows a page has. */
interface Range {
  readonly first: number;
  readonly size: number;
}

/** What the server has in a range. */
interface Asked<Raw> extends Page<Raw> {
  readonly range: Range;
}

interface HasId {
  readonly id: string;
}

/** A stretch of the listing without a gap, as it was read at one or two moments. */
interface Stretch<Row extends HasId> {
  readonly range: Range;
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
    const pages = await mendSeams(await reader.readOn([]), reader);
    if (pages !== undefined) return join(pages);
  }
  throw new GrantryError('UNREACHABLE', 'The listing of clients changes faster than it can be read', {
    hint: 'Something creates or deletes many clients right now. Try again when it is done.',
  });
}

class PageReader<Raw, Row extends HasId> {
  readonly #listing: Listing<Raw, Row>;
  readonly #options: PageOptions;

  constructor(listing: Listing<Raw, Row>, options: PageOptions) {
    this.#listing = listing;
    this.#options = options;
  }

  async read(range: Range): Promise<Stretch<Row>> {
    return this.#take(await this.#ask(range));
  }

  /**
   * These pages and what follows them, up to a page that is not full; drops what lies behind it. The next page is asked for
   * before the last one is worked on, so that neither side waits for the other; those on their way and those that wait are
   * at most twice `inFlight`.
   */
  async readOn(pages: readonly Stretch<Row>[]): Promise<Stretch<Row>[]> {
    const end = pages.findIndex((page) => page.isEnd);
    return end === -1 ? [...pages, ...(await this.#readBehind(pages.at(-1)?.range))] : pages.slice(0, end + 1);
  }

  async #readBehind(before: Range | undefined): Promise<Stretch<Row>[]> {
    const { inFlight, sizes } = this.#options;
    const read: Stretch<Row>[][] = [];
    let last = before;
    let next = 0;
    let end: number | undefined;
    let over = false;
    let failed = false;
    const asking = pLimit(inFlight);
    const taking = pLimit(1);
    const stop = (error: unknown): never => {
      [over, failed] = [true, true];
      throw error;
    };
    const askNext = async () => {
      if (over) return undefined;
      const index = next;
      next += 1;
      const range = { first: behind(last), size: sizes.next() };
      last = range;
      const pages = await this.#askPatiently(range, () => failed).catch(stop);
      if (pages.some(isNotFull)) {
        over = true;
        end = Math.min(end ?? index, index);
      }
      return { index, pages };
    };
    const work = async (): Promise<void> => {
      for (let asked = await asking(askNext); asked !== undefined; asked = await asking(askNext)) {
        const { index, pages } = asked;
        const taken = taking(async () => {
          await letOthersGoOn();
          return pages.map((page) => this.#take(page));
        });
        read[index] = await taken.catch(stop);
      }
    };
    await Promise.all(Array.from({ length: inFlight * 2 }, work));
    return read.slice(0, (end ?? next) + 1).flat();
  }

  /** In one page, or where that takes too long, in shorter ones. */
  async #askPatiently(range: Range, isStopped: () => boolean): Promise<readonly Asked<Raw>[]> {
    const { sizes } = this.#options;
    try {
      const whole = await this.#ask(range, sizes.patience(range.size));
      if (!isNotFull(whole)) sizes.note(range.size, whole.timing);
      return [whole];
    } catch (error) {
      if (!(error instanceof LateAnswer)) throw error;
    }
    sizes.noteGivenUp();
    const parts: Asked<Raw>[] = [];
    for (const part of inParts(range, sizes.next())) {
      // Nobody takes them any more.
      if (isStopped()) break;
      // How long it takes tells nothing: some of its rows the server has loaded just now.
      const page = await this.#ask(part);
      parts.push(page);
      if (isNotFull(page)) break;
    }
    return parts;
  }

  async #ask(range: Range, worthMs?: number): Promise<Asked<Raw>> {
    return { range, ...(await this.#listing.ask(range.first, range.size, worthMs)) };
  }

  #take(page: Asked<Raw>): Stretch<Row> {
    const rows = this.#listing.take(page.rows);
    return { range: page.range, rows, first: rows[0]?.id, last: rows.at(-1)?.id, isEnd: isNotFull(page) };
  }
}

/** The first row of the page behind that one: they overlap by one. */
function behind(range: Range | undefined): number {
  return range === undefined ? 0 : range.first + range.size - 1;
}

/** Shorter ranges, each `size` long at most, that overlap by one row as all do. */
function* inParts(range: Range, size: number): Iterable<Range> {
  const end = range.first + range.size;
  for (let first = range.first; first < end - 1; first += size - 1) yield { first, size: Math.min(size, end - first) };
}

function isNotFull<Raw>({ range, rows }: Asked<Raw>): boolean {
  return rows.length < range.size;
}

/** The pages once every seam holds; undefined where a new reading has no row in common with the old one. */
async function mendSeams<Raw, Row extends HasId>(
  given: readonly Stretch<Row>[],
  reader: PageReader<Raw, Row>,
): Promise<readonly Stretch<Row>[] | undefined> {
  let pages = given;
  for (let round = 0; round < MENDING_ROUNDS; round += 1) {
    const torn = pages.findIndex((page, index) => index > 0 && pages[index - 1]?.last !== page.first);
    if (torn === -1) return pages;
    const [before, after] = [pages[torn - 1], pages[torn]];
    if (before === undefined || after === undefined) return undefined;
    const [left, right] = await Promise.all([reader.read(before.range), reader.read(after.range)]);
    if (!haveCommonRow(before, left) || !(left.isEnd || haveCommonRow(after, right))) return undefined;
    const isLast = torn === pages.length - 1;
    const mended = [
      { ...left, rows: [...before.rows, ...left.rows], first: before.first },
      {
        ...right,
        rows: [...after.rows, ...right.rows],
        last: isLast ? right.last : after.last,
        isEnd: isLast ? right.isEnd : after.isEnd,
      },
    ];
    pages = await reader.readOn([...pages.slice(0, torn - 1), ...mended, ...pages.slice(torn + 1)]);
  }
  return undefined;
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
