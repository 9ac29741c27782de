import type { Timing } from '../../platform/send.ts';

/** How long the pages of a listing are. */
export interface PageSizes {
  /** Rows of the page that is asked for next. */
  next(): number;
  /** Whole milliseconds after which a page of so many rows is to be given up, and its rows asked for in the pages that are next. */
  patience(size: number): number | undefined;
  /** Tells how long the answer with a full page of so many rows took. */
  note(size: number, timing: Timing): void;
  /** Tells that a page was given up. */
  noteGivenUp(): void;
}

export function fixedSize(size: number): PageSizes {
  return { next: () => size, patience: () => undefined, note: () => undefined, noteGivenUp: () => undefined };
}

/**
 * Short pages are the best where the server has to load what it lists, for it then works the longer on each row the more of
 * them a page has; long ones where it has everything at hand, and the page itself is the work: docs/notes/keycloak-26.7.md.
 */
const SHORT = 50;
const LONG = 400;

/**
 * The server answers row by row, as it comes by them: where it has to load them, most of the time passes between the head of
 * its answer and the end, and where it has them at hand, nearly all of it before. At hand: what comes behind the head takes no
 * more than this part of the whole. A proxy that holds an answer back until it is complete hides that, and therefore a row may
 * take no more milliseconds in all, either.
 */
const PART_BEHIND_HEAD = 1 / 3;
const QUICK = 5;

/** Short pages in a row that have to be at hand. */
const QUICK_PAGES = 2;

/**
 * A long page whose rows take so many times as long as those of the short ones is given up, as soon as that is seen: what
 * follows has to be loaded, though those were at hand. The server stops as well.
 */
const SLOWER = 4;
const LEAST_PATIENCE = 1_000;

/** Short pages until the next look after that, doubled each time. */
const NEXT_LOOK = 8;

/**
 * Asks for short pages, and for long ones as soon as the server is seen to have the rows at hand, until one of them takes far
 * longer.
 */
export class MeasuredSizes implements PageSizes {
  #size = SHORT;
  /** Milliseconds that a row took of the short pages at hand that came last, in a row. */
  #quick: number[] = [];
  #patience = 0;
  /** Short pages that are let pass before the next look. */
  #letPass = 0;
  #nextLook = NEXT_LOOK;

  next(): number {
    return this.#size;
  }

  patience(size: number): number | undefined {
    return size === LONG ? this.#patience : undefined;
  }

  note(size: number, { headMs, bodyMs }: Timing): void {
    // Long ones show themselves by the patience that they need.
    if (size !== SHORT || this.#size !== SHORT) return;
    const ms = headMs + bodyMs;
    if (this.#letPass > 0) this.#letPass -= 1;
    else if (ms > QUICK * size || bodyMs > ms * PART_BEHIND_HEAD) this.#quick = [];
    else this.#noteQuick(ms / size);
  }

  noteGivenUp(): void {
    // Of several that were on their way the first one tells.
    if (this.#size === SHORT) return;
    this.#size = SHORT;
    this.#letPass = this.#nextLook;
    this.#nextLook *= 2;
  }

  #noteQuick(ms: number): void {
    this.#quick.push(ms);
    if (this.#quick.length < QUICK_PAGES) return;
    this.#size = LONG;
    this.#patience = Math.max(LEAST_PATIENCE, Math.ceil(Math.max(...this.#quick) * LONG * SLOWER));
    this.#quick = [];
  }
}
