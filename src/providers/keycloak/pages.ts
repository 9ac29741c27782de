import { GrantryError } from '../../model/errors.ts';

/** Reads `max` rows from row `first` on, in a stable order. */
export type ReadPage<Row> = (first: number, max: number) => Promise<readonly Row[]>;

export interface PageOptions {
  readonly pageSize: number;
  readonly inFlight: number;
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
export async function readAllPages<Row extends HasId>(
  readPage: ReadPage<Row>,
  { pageSize, inFlight }: PageOptions,
): Promise<Row[]> {
  const read = async (index: number): Promise<Stretch<Row>> => {
    const rows = await readPage(index * (pageSize - 1), pageSize);
    return { rows, first: rows[0]?.id, last: rows.at(-1)?.id, isEnd: rows.length < pageSize };
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const pages = await readToEnd([], read, inFlight);
    if (await mendSeams(pages, read, inFlight)) return join(pages);
  }
  throw new GrantryError('UNREACHABLE', 'The listing of clients changes faster than it can be read', {
    hint: 'Something creates or deletes many clients right now. Try again when it is done.',
  });
}

type Read<Row extends HasId> = (index: number) => Promise<Stretch<Row>>;

/** Reads on until a page that is not full; drops what lies behind it. */
async function readToEnd<Row extends HasId>(
  pages: Stretch<Row>[],
  read: Read<Row>,
  inFlight: number,
): Promise<Stretch<Row>[]> {
  let next = pages.length;
  const end = (): number => pages.findIndex((page) => page?.isEnd);
  const work = async (): Promise<void> => {
    while (end() === -1) {
      const index = next;
      next += 1;
      pages[index] = await read(index);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  pages.length = end() + 1;
  return pages;
}

/** True once every seam holds; false where a new reading has no row in common with the old one. */
async function mendSeams<Row extends HasId>(
  pages: Stretch<Row>[],
  read: Read<Row>,
  inFlight: number,
): Promise<boolean> {
  for (let round = 0; round < MENDING_ROUNDS; round += 1) {
    const torn = pages.findIndex((page, index) => index > 0 && pages[index - 1]?.last !== page.first);
    if (torn === -1) return true;
    const [before, after] = [pages[torn - 1], pages[torn]];
    if (before === undefined || after === undefined) return false;
    const [left, right] = await Promise.all([read(torn - 1), read(torn)]);
    if (!haveCommonRow(before, left) || !(left.isEnd || haveCommonRow(after, right))) return false;
    pages[torn - 1] = { rows: [...before.rows, ...left.rows], first: before.first, last: left.last, isEnd: left.isEnd };
    const isLast = torn === pages.length - 1;
    pages[torn] = {
      rows: [...after.rows, ...right.rows],
      first: right.first,
      last: isLast ? right.last : after.last,
      isEnd: isLast ? right.isEnd : after.isEnd,
    };
    await readToEnd(pages, read, inFlight);
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
