/**
 * Keeps apart what several pieces of work have to say that go on at the same time: the first one speaks at once, what the
 * others say is kept until those before them have ended.
 */
export class Turns {
  readonly #speakers: Speaker[];
  /** Whose turn it is. */
  #current = 0;

  constructor(count: number) {
    this.#speakers = Array.from({ length: count }, (_, index) => new Speaker(() => index === this.#current));
    this.#speakers[0]?.begin();
  }

  of(index: number): Pick<Speaker, 'say' | 'isHeard' | 'turn'> {
    const speaker = this.#speakers[index];
    if (speaker === undefined) throw new RangeError(`there is no speaker ${index}`);
    return speaker;
  }

  /** The work of that number says nothing more. */
  end(index: number): void {
    const speaker = this.#speakers[index];
    if (speaker !== undefined) speaker.hasEnded = true;
    while (this.#speakers[this.#current]?.hasEnded === true) {
      this.#current += 1;
      this.#speakers[this.#current]?.begin();
    }
  }
}

class Speaker {
  hasEnded = false;
  readonly #isCurrent: () => boolean;
  readonly #kept: (() => void)[] = [];
  readonly #turn: Promise<void>;
  #resolve: () => void = () => undefined;

  constructor(isCurrent: () => boolean) {
    this.#isCurrent = isCurrent;
    this.#turn = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** Whether what it says now is heard now. */
  isHeard(): boolean {
    return this.#isCurrent();
  }

  say(speak: () => void): void {
    if (this.#isCurrent()) speak();
    else this.#kept.push(speak);
  }

  /** Resolves when it is its turn: before that nobody should be asked anything. */
  turn(): Promise<void> {
    return this.#turn;
  }

  begin(): void {
    for (const speak of this.#kept.splice(0)) speak();
    this.#resolve();
  }
}
