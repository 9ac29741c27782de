import { GrantryError } from '../../model/errors.ts';

/** Reads `max` rows from row `first` on, in a stable order. */
export type ReadPage<Row> = (first: number, max: number) => Promise<readonly Row[]>;

export interface PageOptions {
  readonly pageSize: number;
  readonly inFlight: number;
}

const MAX_ROUNDS = 5;

/**
 * Reads a whole listing in pages that overlap by one row. Where the rows at a seam differ, something was added
 * or removed while the pages were read, and a row may have been missed: both pages are read again.
 */
export async function readAllPages<Row extends { readonly id: string }>(
  readPage: ReadPage<Row>,
  { pageSize, inFlight }: PageOptions,
): Promise<Row[]> {
  const stride = pageSize - 1;
  const pages: (readonly Row[])[] = [];
  const load = async (index: number): Promise<void> => {
    pages[index] = await readPage(index * stride, pageSize);
  };
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    await extend(pages, load, pageSize, inFlight);
    const torn = tornPages(pages);
    if (torn.length === 0) return join(pages);
    await inParallel(torn, inFlight, load);
  }
  throw new GrantryError('UNREACHABLE', 'The listing of clients changes faster than it can be read', {
    hint: 'Something creates or deletes many clients right now. Try again when it is done.',
  });
}

/** Reads pages until one is not full; drops what lies behind it. */
async function extend(
  pages: (readonly unknown[])[],
  load: (index: number) => Promise<void>,
  pageSize: number,
  inFlight: number,
): Promise<void> {
  let next = pages.length;
  const last = (): number => pages.findIndex((page) => page !== undefined && page.length < pageSize);
  const work = async (): Promise<void> => {
    while (last() === -1) {
      const index = next;
      next += 1;
      await load(index);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  pages.length = last() + 1;
}

/** Both sides of every seam whose rows differ. */
function tornPages(pages: readonly (readonly { readonly id: string }[])[]): number[] {
  const torn = new Set<number>();
  for (let index = 1; index < pages.length; index += 1) {
    if (pages[index - 1]?.at(-1)?.id !== pages[index]?.[0]?.id) torn.add(index - 1).add(index);
  }
  return [...torn];
}

async function inParallel(
  indexes: readonly number[],
  inFlight: number,
  load: (index: number) => Promise<void>,
): Promise<void> {
  const queue = [...indexes];
  const work = async (): Promise<void> => {
    for (let index = queue.shift(); index !== undefined; index = queue.shift()) await load(index);
  };
  await Promise.all(Array.from({ length: inFlight }, work));
}

function join<Row extends { readonly id: string }>(pages: readonly (readonly Row[])[]): Row[] {
  const rows = new Map<string, Row>();
  for (const page of pages) for (const row of page) rows.set(row.id, row);
  return [...rows.values()];
}
