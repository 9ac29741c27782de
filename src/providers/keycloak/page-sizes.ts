/** How long the pages of a listing are. */
export interface PageSizes {
  /** Rows of the page that is asked for next. */
  next(): number;
  /** Tells how many milliseconds a full page of so many rows took. */
  note(size: number, ms: number): void;
  /** Whether the page that arrived just now is to be asked for once more, only to see how long that takes. */
  wantsAgain(): boolean;
  /** Tells how many milliseconds it had taken, and took again; undefined where that failed. */
  noteAgain(size: number, ms: number, again: number | undefined): void;
}

export function fixedSize(size: number): PageSizes {
  return { next: () => size, note: () => undefined, wantsAgain: () => false, noteAgain: () => undefined };
}

/**
 * Short pages are the best where the server has to load what it lists, for it then works the longer on each row the more of
 * them a page has; long ones where it has everything at hand, and the page itself is the work: docs/notes/keycloak-26.7.md.
 */
const SHORT = 50;
const LONG = 400;

/**
 * A row that took fewer milliseconds was at hand: to load one takes several queries of a database. Two such pages at the very
 * beginning tell enough; later ones may be the few that somebody else asked for.
 */
const QUICK = 2.5;
const QUICK_PAGES = 2;

/** Pages before anything else is judged: the first ones wait for what the server loads once, and tell nothing of the others. */
const BEFORE = 4;

/**
 * How many times as long a page took as when it was asked for again, in the middle of some: less, where the server has it at
 * hand, and more, where it had to be loaded. In between, the first look asks for more pages again. Taken for at hand, loaded
 * rows cost half a minute; the other error costs half a second.
 */
const AT_HAND = 2;
const LOADED = 5;

/** Pages that are asked for again in one go, and in all: then what lies nearer is taken. */
const AT_ONCE = 3;
const MOST = 9;
const NEARER = 3;

/** Long pages by which is judged: their rows take less than those of a short one, asked for again, unless they are loaded. */
const WATCHED = 3;
const SLOWER = 2;

/** Short pages until the next look, doubled each time: the first one may have been misled. */
const NEXT_LOOK = 8;

/**
 * Asks for short pages. Where those at the beginning are not quick, asks for a few of them again: what the server had to load,
 * it has at hand the second time. Goes on with long pages where that makes no difference, as long as their rows do not take far
 * longer; and where it makes one, looks again from time to time.
 */
export class MeasuredSizes implements PageSizes {
  #size = SHORT;
  #isFirstLook = true;
  /** Milliseconds that a row of the quick pages took. */
  readonly #quick: number[] = [];
  /** Short pages that are let pass before the next look. */
  #letPass = BEFORE;
  #nextLook = NEXT_LOOK;
  /** Short pages since then. */
  #arrived = 0;
  #askedAgain = 0;
  #toAskAgain = AT_ONCE;
  /** How many times as long they took as again. */
  #factors: number[] = [];
  /** Milliseconds that a row took again, the least of them; long pages are held against it. */
  #timeAtHand = Infinity;
  /** Milliseconds that a row of long pages took. */
  #long: number[] = [];

  next(): number {
    return this.#size;
  }

  note(size: number, ms: number): void {
    if (size !== this.#size) return;
    if (this.#isFirstLook && ms / size < QUICK) {
      this.#quick.push(ms / size);
      if (this.#quick.length === QUICK_PAGES) return this.#goOnLong(Math.min(...this.#quick));
    }
    if (this.#size === LONG) return this.#watch(ms / size);
    if (this.#letPass > 0) this.#letPass -= 1;
    else this.#arrived += 1;
  }

  wantsAgain(): boolean {
    if (this.#size === LONG || this.#askedAgain === Math.min(this.#arrived, this.#toAskAgain)) return false;
    this.#askedAgain += 1;
    return true;
  }

  noteAgain(size: number, ms: number, again: number | undefined): void {
    if (this.#size === LONG) return;
    this.#factors.push(again === undefined ? Infinity : ms / again);
    if (again !== undefined) this.#timeAtHand = Math.min(this.#timeAtHand, again / size);
    if (this.#factors.length < this.#toAskAgain) return;
    // Of a server that fails short pages are asked.
    const factor = this.#factors.includes(Infinity) ? Infinity : middleOf(this.#factors);
    if (this.#isFirstLook && factor > AT_HAND && factor < LOADED && this.#toAskAgain < MOST) {
      this.#toAskAgain += AT_ONCE;
      return;
    }
    if (factor > NEARER) this.#stayShort();
    else this.#goOnLong(this.#timeAtHand);
  }

  #watch(ms: number): void {
    this.#long.push(ms);
    if (this.#long.length < WATCHED) return;
    if (Math.min(...this.#long) > this.#timeAtHand * SLOWER) this.#stayShort();
    else this.#long = [];
  }

  #goOnLong(timeAtHand: number): void {
    this.#begin();
    this.#size = LONG;
    this.#timeAtHand = timeAtHand;
  }

  #stayShort(): void {
    this.#begin();
    this.#size = SHORT;
    this.#letPass = this.#nextLook;
    this.#nextLook *= 2;
  }

  #begin(): void {
    this.#isFirstLook = false;
    [this.#arrived, this.#askedAgain, this.#toAskAgain] = [0, 0, AT_ONCE];
    [this.#factors, this.#timeAtHand, this.#long] = [[], Infinity, []];
  }
}

function middleOf(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? 0;
}
