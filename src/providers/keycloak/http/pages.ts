import { GrantryError } from '../../../model/errors.ts';

/** A listing that is read in pages. */
export interface Listing<Raw, Row extends HasId> {
  /** Asks for `max` rows from row `first` on, in an order that stays; fewer may come though more lie behind them. */
  readonly ask: (first: number, max: number) => Promise<readonly Raw[]>;
  /** What is kept of a page: as many rows, in the same order. */
  readonly take: (rows: readonly Raw[]) => readonly Row[];
}

export interface PageOptions {
  /** Rows of a page; at least two. */
  readonly pageSize: number;
  /** Pages that are asked for at the same time. */
  readonly inFlight: number;
}

interface HasId {
  readonly id: string;
}

/** Rows of a page where nothing else is set: docs/notes/keycloak-26.7.md has the times of others. */
export const PAGE_SIZE = 50;

/** So many pages in a row may lie behind a gap or show nothing new before the listing counts as one that never rests. */
const PATIENCE = 50;

/**
 * Reads a whole listing in pages that overlap, while others may add and remove rows. Every row that is there all along is
 * in the result:
 *
 * - A page is joined to those before only where they have a row in common. One that has none lies behind a gap, as rows in
 *   front of it were removed: the listing is read again from further ahead.
 * - A page with fewer rows than asked for is no end: Keycloak looks up the ids of a page and then loads them, and leaves out
 *   what was deleted in between. It is asked for again for as long as it shows something new.
 * - The listing ends where a page shows nothing new though a quarter of it is left for that, and the page behind is empty.
 *   To pass for the end, rows in front would have to be deleted between the two, and a quarter of a page while it is loaded.
 */
export async function readAllPages<Raw, Row extends HasId>(
  listing: Listing<Raw, Row>,
  options: PageOptions,
): Promise<Row[]> {
  const pages = new PagesAhead(listing.ask, options);
  try {
    return await joinPages(listing.take, pages, options);
  } finally {
    pages.stop();
  }
}

async function joinPages<Raw, Row extends HasId>(
  take: Listing<Raw, Row>['take'],
  pages: PagesAhead<Raw>,
  { pageSize }: PageOptions,
): Promise<Row[]> {
  const rows = new Map<string, Row>();
  const patience = new Patience();
  let first = 0;
  let stride = pageSize - 1;
  let back = pageSize - 1;
  /** The listing ends here if the page is empty; one whose first page is empty has no rows. */
  let mayEnd = true;
  for (;;) {
    const page = await pages.take(first, stride);
    if (page.length === 0 && mayEnd) return [...rows.values()];
    const kept = take(page);
    const isFull = page.length >= pageSize;
    const isJoined = first === 0 || kept.some(({ id }) => rows.has(id));
    // Something changes: with wider overlaps fewer pages lie behind a gap.
    if (!isFull || !isJoined) stride = Math.ceil(pageSize / 2);
    if (!isJoined) {
      patience.spend();
      mayEnd = false;
      first = Math.max(0, first - back);
      back *= 2;
      continue;
    }
    back = pageSize - 1;
    const before = rows.size;
    for (const row of kept) rows.set(row.id, row);
    const isNew = rows.size > before;
    if (isNew) patience.renew(first);
    else if (isFull) patience.spend();
    mayEnd = !isNew && page.length <= (pageSize * 3) / 4;
    if (isFull) first += stride;
    else if (mayEnd) first += page.length;
    // Too few rows could have come to believe that there are none.
    else if (!isNew) first += Math.floor(page.length / 2);
  }
}

/** What is left before a listing is given up; new rows further behind than ever renew it. */
class Patience {
  #spent = 0;
  #furthest = -1;

  spend(): void {
    this.#spent += 1;
    if (this.#spent <= PATIENCE) return;
    throw new GrantryError('UNREACHABLE', 'A listing of Keycloak changes faster than it can be read', {
      hint: 'Something creates or deletes many clients right now. Try again when it is done.',
    });
  }

  renew(first: number): void {
    if (first <= this.#furthest) return;
    this.#furthest = first;
    this.#spent = 0;
  }
}

/** Asks for pages before they are needed, for as long as they come full. */
class PagesAhead<Raw> {
  readonly #ask: Listing<Raw, HasId>['ask'];
  readonly #options: PageOptions;
  /** By the row that they begin with. */
  readonly #asked = new Map<number, Promise<readonly Raw[]>>();
  #isOver = false;

  constructor(ask: Listing<Raw, HasId>['ask'], options: PageOptions) {
    this.#ask = ask;
    this.#options = options;
  }

  /** The page that begins with row `first`; if it comes full, the next ones begin `stride` rows apart. */
  async take(first: number, stride: number): Promise<readonly Raw[]> {
    const { pageSize, inFlight } = this.#options;
    // What was asked for ahead begins elsewhere after a page that was not full or did not fit.
    if (!this.#asked.has(first)) this.#asked.clear();
    this.#askFor(first, stride, 1);
    const page = (await this.#asked.get(first)) ?? [];
    this.#asked.delete(first);
    // Before this page is worked on, so that neither side waits for the other.
    if (page.length >= pageSize) this.#askFor(first + stride, stride, inFlight);
    return page;
  }

  /** Asks for nothing more. */
  stop(): void {
    this.#isOver = true;
  }

  #askFor(from: number, stride: number, count: number): void {
    for (let first = from; first < from + count * stride; first += stride) {
      if (this.#isOver || this.#asked.has(first)) continue;
      const page = this.#ask(first, this.#options.pageSize);
      // Where nobody takes it any more, its failure is of no interest.
      page.catch(() => undefined);
      this.#asked.set(first, page);
    }
  }
}
