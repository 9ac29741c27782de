import { describe, expect, it } from 'vitest';
import { readNumberedPages } from './numbered-pages.ts';
import type { NumberedPage } from './numbered-pages.ts';

interface Row {
  readonly id: string;
}

function rowsOf(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => ({ id: `row ${index}` }));
}

/** A listing of `rows`, `size` a page; `change` happens behind the page that was the nth to be asked for. */
class Shelf {
  asked = 0;
  readonly rows: Row[];
  readonly #change: (rows: Row[], nth: number) => void;
  readonly #size: number;

  constructor(count: number, change: (rows: Row[], nth: number) => void = () => undefined, size = 100) {
    this.rows = rowsOf(count);
    this.#change = change;
    this.#size = size;
  }

  readonly ask = async (page: number): Promise<NumberedPage<Row>> => {
    const start = page * this.#size;
    const answer = { rows: this.rows.slice(start, start + this.#size), start, total: this.rows.length };
    this.asked += 1;
    this.#change(this.rows, this.asked);
    return answer;
  };

  async read(): Promise<string[]> {
    return (await readNumberedPages(this.ask, 'rows')).map(({ id }) => id);
  }
}

describe('a listing by numbers of pages', () => {
  it.each([
    [0, 1],
    [100, 1],
    [101, 4],
    [300, 6],
  ])('of %i rows is whole after %i requests', async (count, requests) => {
    const shelf = new Shelf(count);
    expect(await shelf.read()).toEqual(rowsOf(count).map(({ id }) => id));
    expect(shelf.asked).toBe(requests);
  });

  it('comes whole in shorter pages than were asked for', async () => {
    expect(await new Shelf(120, undefined, 50).read()).toHaveLength(120);
  });

  it.each([149, 150, 201, 250])('of %i rows has all that stay, though one is deleted between pages', async (count) => {
    const shelf = new Shelf(count, (rows, nth) => void (nth === 1 && rows.shift()));
    expect(await shelf.read()).toEqual(
      rowsOf(count)
        .slice(1)
        .map(({ id }) => id),
    );
  });

  it.each([1, 2, 3, 4])('has all that stay, though one is deleted and another made after request %i', async (when) => {
    const shelf = new Shelf(250, (rows, nth) => {
      if (nth !== when) return;
      rows.shift();
      rows.push({ id: 'new' });
    });
    const found = new Set(await shelf.read());
    expect(
      rowsOf(250)
        .slice(1)
        .filter(({ id }) => !found.has(id)),
    ).toEqual([]);
  });

  it('that is cut off is refused, and not asked for again and again', async () => {
    const shelf = new Shelf(1200);
    const cut = async (page: number): Promise<NumberedPage<Row>> => {
      const answer = await shelf.ask(page);
      return page < 10 ? answer : { ...answer, rows: [] };
    };
    await expect(readNumberedPages(cut, 'rows')).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: 'The listing of rows shows 1000 of 1200',
      hint: expect.stringContaining('first thousand'),
    });
    expect(shelf.asked).toBe(22);
  });

  it('that never rests is given up', async () => {
    const shelf = new Shelf(150, (rows, nth) => void rows.push({ id: `more ${nth}` }));
    await expect(shelf.read()).rejects.toMatchObject({
      code: 'UNREACHABLE',
      hint: expect.stringContaining('right now'),
    });
    expect(shelf.asked).toBe(10);
  });

  it.each<[string, Partial<NumberedPage<Row>>]>([
    ['leave a gap', { start: 120 }],
    ['do not agree on how many rows there are', { total: 1200 }],
  ])('whose pages %s is refused, though the sum fits', async (_, wrong) => {
    const shelf = new Shelf(150);
    const ask = async (page: number): Promise<NumberedPage<Row>> => {
      const answer = await shelf.ask(page);
      return { ...answer, start: Math.min(answer.start, 150), ...(page === 1 ? wrong : {}) };
    };
    await expect(readNumberedPages(ask, 'rows')).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
});
