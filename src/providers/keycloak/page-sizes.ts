/** How long the pages of a listing are. */
export interface PageSizes {
  /** Rows of the page that is asked for next. */
  next(): number;
  /** Tells how many milliseconds a full page of so many rows took. */
  note(size: number, ms: number): void;
  /** Whether the page that arrived just now is to be asked for once more, only to see how long that takes. */
  wantsAgain(): boolean;
  /** Tells how many milliseconds that took; undefined where it failed. */
  noteAgain(size: number, ms: number | undefined): void;
}

export function fixedSize(size: number): PageSizes {
  return { next: () => size, note: () => undefined, wantsAgain: () => false, noteAgain: () => undefined };
}

/**
 * Short pages are the best where the server has to load what it lists, for it then works the longer on each row the more of
 * them a page has; long ones where it has everything at hand, and the page itself is the work: docs/notes/keycloak-26.7.md.
 */
const SHORT = 50;
const LONG = 200;

/** Pages before anything is judged: the first ones wait for what the server loads once, and tell nothing of the others. */
const BEFORE = 4;

/** Pages by which is judged: by the fastest, since whatever else goes on makes them only slower. */
const JUDGED_BY = 3;

/** A row that takes so much less time when it is asked for again had to be loaded. */
const LOADED = 3;

/** Long pages whose rows take more than those of the short ones did by this factor are loaded. */
const SLOWER = 3;

/** Short pages until the next look, doubled each time: the first one may have been misled. */
const NEXT_LOOK = 8;

/**
 * Asks for short pages, and for a few of them again: what the server had to load, it has at hand the second time. Goes on
 * with long pages where that makes no difference, as long as their rows do not take far longer; and where it makes one, looks
 * again from time to time.
 */
export class MeasuredSizes implements PageSizes {
  #size = SHORT;
  /** Short pages that are let pass before the next look. */
  #letPass = BEFORE;
  #nextLook = NEXT_LOOK;
  #askedAgain = 0;
  /** Milliseconds that a row took: at first, and again. */
  #times: number[] = [];
  #timesAgain: number[] = [];
  /** Of short pages, when long ones were chosen. */
  #timeBefore = 0;

  next(): number {
    return this.#size;
  }

  note(size: number, ms: number): void {
    if (size !== this.#size) return;
    if (this.#letPass > 0) {
      this.#letPass -= 1;
      return;
    }
    this.#times.push(ms / size);
    if (this.#size === LONG && this.#times.length === JUDGED_BY) this.#watch();
  }

  wantsAgain(): boolean {
    if (this.#size === LONG || this.#times.length < JUDGED_BY || this.#askedAgain === JUDGED_BY) return false;
    this.#askedAgain += 1;
    return true;
  }

  noteAgain(size: number, ms: number | undefined): void {
    // Of a server that fails short pages are asked.
    this.#timesAgain.push(ms === undefined ? 0 : ms / size);
    if (this.#timesAgain.length < JUDGED_BY) return;
    const [time, again] = [Math.min(...this.#times), Math.min(...this.#timesAgain)];
    this.#begin();
    if (time > again * LOADED) {
      this.#stayShort();
    } else {
      this.#size = LONG;
      this.#timeBefore = time;
    }
  }

  #watch(): void {
    const time = Math.min(...this.#times);
    this.#begin();
    if (time <= this.#timeBefore * SLOWER) return;
    this.#size = SHORT;
    this.#stayShort();
  }

  #stayShort(): void {
    this.#letPass = this.#nextLook;
    this.#nextLook *= 2;
  }

  #begin(): void {
    [this.#times, this.#timesAgain, this.#askedAgain] = [[], [], 0];
  }
}
