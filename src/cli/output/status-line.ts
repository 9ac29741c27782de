import type { StatusPart } from '../context.ts';

/** In this order on the line. */
const ORDER: readonly StatusPart[] = ['progress', 'waiting'];

const CLEAR_LINE = '\r\u001b[K';

/** The last line of a terminal, which the next text replaces. */
export class StatusLine {
  readonly #parts = new Map<StatusPart, string>();
  readonly #write: (text: string) => void;
  #isShown = false;

  /** `write` begins each text with what `takeAway` gives. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  set(about: StatusPart, text: string, columns: number): void {
    this.#parts.set(about, text);
    this.#show(columns);
  }

  /** One part of it, or all. */
  clear(about: StatusPart | undefined, columns: number): void {
    if (about === undefined) this.#parts.clear();
    else this.#parts.delete(about);
    if (this.#isShown) this.#show(columns);
  }

  /** What takes the line away, where it is shown. */
  takeAway(): string {
    const taken = this.#isShown ? CLEAR_LINE : '';
    this.#isShown = false;
    return taken;
  }

  #show(columns: number): void {
    const line = ORDER.flatMap((about) => this.#parts.get(about) ?? []).join('; ');
    // A line that wraps could not be taken away.
    this.#write(line.slice(0, columns - 1));
    this.#isShown = line !== '';
  }
}
