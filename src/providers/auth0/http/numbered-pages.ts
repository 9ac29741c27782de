import { GrantryError } from '../../../model/errors.ts';

interface HasId {
  readonly id: string;
}

/** A page of a listing that is asked for by its number. */
export interface NumberedPage<Row extends HasId> {
  readonly rows: readonly Row[];
  /** How many rows lie in front of it. */
  readonly start: number;
  /** How many rows the whole listing has. */
  readonly total: number;
}

/** So often a listing is read before it counts as one that never rests. */
const READINGS = 5;

/**
 * Reads a whole listing by the numbers of its pages, while others may add and remove rows. A row that is removed pulls one
 * of a later page into a page that was read already, and one that is added at the same time hides that from the totals. So
 * a listing of one page is whole if it has as many rows as it says, and one of several if it was read twice alike as well.
 */
export async function readNumberedPages<Row extends HasId>(
  ask: (page: number) => Promise<NumberedPage<Row>>,
  what: string,
): Promise<Row[]> {
  let before: Reading<Row> | undefined;
  for (let count = 0; count < READINGS; count += 1) {
    const reading = await readOnce(ask);
    const isWhole = reading?.rows.size === reading?.total;
    if (reading?.pages === 1 && isWhole) return [...reading.rows.values()];
    if (reading !== undefined && before !== undefined && isAlike(before, reading)) {
      if (isWhole) return [...reading.rows.values()];
      throw cutOff(what, reading);
    }
    before = reading;
  }
  throw new GrantryError('UNREACHABLE', `The listing of ${what} changes faster than it can be read`, {
    hint: 'Something creates or deletes some of them right now. Try again when it is done.',
  });
}

interface Reading<Row> {
  readonly rows: ReadonlyMap<string, Row>;
  readonly pages: number;
  readonly total: number;
}

/** Undefined where pages do not fit together. */
async function readOnce<Row extends HasId>(
  ask: (page: number) => Promise<NumberedPage<Row>>,
): Promise<Reading<Row> | undefined> {
  const rows = new Map<string, Row>();
  let seen = 0;
  let first: number | undefined;
  for (let pages = 1; ; pages += 1) {
    const page = await ask(pages - 1);
    first ??= page.total;
    if (page.total !== first || page.start !== seen) return undefined;
    for (const row of page.rows) rows.set(row.id, row);
    seen += page.rows.length;
    // A tenant may give shorter pages than were asked for.
    if (page.rows.length === 0 || seen >= page.total) return { rows, pages, total: first };
  }
}

function isAlike<Row>(one: Reading<Row>, other: Reading<Row>): boolean {
  return (
    one.total === other.total &&
    one.rows.size === other.rows.size &&
    [...one.rows.keys()].every((id) => other.rows.has(id))
  );
}

function cutOff(what: string, { rows, total }: Reading<HasId>): GrantryError {
  return new GrantryError('UNREACHABLE', `The listing of ${what} shows ${rows.size} of ${total}`, {
    hint: 'Auth0 may show no more than the first thousand by pages, and has no other way to list them: a tenant with more cannot be imported as a whole, so declare its Apis by hand. If it has fewer, try again.',
  });
}
