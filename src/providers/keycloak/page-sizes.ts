/** How long the pages of a listing are. */
export interface PageSizes {
  /** Rows of the page that is asked for next. */
  next(): number;
  /** Tells how many milliseconds a full page of so many rows took. */
  note(size: number, ms: number): void;
}

export function fixedSize(size: number): PageSizes {
  return { next: () => size, note: () => undefined };
}

/**
 * Short pages are the best where the server has to load what it lists, for it then works the longer on each row the more of
 * them a page has; long ones where it has everything at hand, and the page itself is the work: docs/notes/keycloak-26.7.md.
 */
const SIZES = [50, 100, 200] as const;

/** Pages of a size by which it is judged: by the fastest, since whatever else goes on makes them only slower. */
const JUDGED_BY = 3;

/** Pages before anything is judged: the first ones wait for what the server loads once, and tell nothing of the others. */
const BEFORE = 8;

/** What a row must take less for a longer page to be worth it. */
const GAIN = 0.95;

/** Beyond this factor, up or down, a row is another matter than it was, and sizes are compared again. */
const CHANGE = 3;

/**
 * After some short pages asks for pages of two sizes by turns, so that both meet the same server, and goes on with the one
 * whose rows take less time: first 50 and 100, and if that is worth it 100 and 200. Begins anew when a row takes far more or
 * far less than then.
 */
export class MeasuredSizes implements PageSizes {
  /** Of the shorter one of the two that are compared. */
  #level = 0;
  #isLonger = true;
  #asked = 0;
  #arrived = 0;
  #chosen: { readonly size: number; readonly time: number } | undefined;
  /** Milliseconds that a row took, by the size of its page. */
  #times = new Map<number, number[]>();

  next(): number {
    if (this.#chosen !== undefined) return this.#chosen.size;
    this.#asked += 1;
    if (this.#asked <= BEFORE) return SIZES[0];
    this.#isLonger = !this.#isLonger;
    return this.#size(this.#isLonger ? 1 : 0);
  }

  note(size: number, ms: number): void {
    this.#arrived += 1;
    if (this.#arrived <= BEFORE) return;
    const times = this.#times.get(size) ?? [];
    this.#times.set(size, [...times, ms / size]);
    if (this.#chosen === undefined) this.#compare();
    else this.#watch(this.#chosen);
  }

  #compare(): void {
    const [shorter, longer] = [this.#timeOf(this.#size(0)), this.#timeOf(this.#size(1))];
    if (shorter === undefined || longer === undefined) return;
    this.#times = new Map();
    if (longer >= shorter * GAIN) this.#chosen = { size: this.#size(0), time: shorter };
    else if (this.#level + 2 < SIZES.length) this.#level += 1;
    else this.#chosen = { size: this.#size(1), time: longer };
  }

  #watch({ size, time }: { readonly size: number; readonly time: number }): void {
    const now = this.#timeOf(size);
    if (now === undefined) return;
    this.#times = new Map();
    if (now < time * CHANGE && now > time / CHANGE) return;
    this.#chosen = undefined;
    this.#level = 0;
  }

  #size(step: 0 | 1): number {
    return SIZES[this.#level + step] ?? SIZES[0];
  }

  #timeOf(size: number): number | undefined {
    const times = this.#times.get(size) ?? [];
    return times.length < JUDGED_BY ? undefined : Math.min(...times);
  }
}
