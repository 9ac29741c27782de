/**
 * Keeps apart what is written about several targets that are worked on at the same time: the first lane writes at once, what
 * the others write is kept until those before them have ended.
 */
export class OrderedOutput {
  readonly #lanes: Lane[];
  /** The one that writes at once. */
  #current = 0;

  constructor(count: number) {
    this.#lanes = Array.from({ length: count }, (_, index) => new Lane(() => index === this.#current));
    this.#lanes[0]?.open();
  }

  lane(index: number): Lane {
    const lane = this.#lanes[index];
    if (lane === undefined) throw new RangeError(`there is no lane ${index}`);
    return lane;
  }

  /** Nothing more is written in that lane. */
  end(index: number): void {
    this.lane(index).hasEnded = true;
    while (this.#lanes[this.#current]?.hasEnded === true) {
      this.#current += 1;
      this.#lanes[this.#current]?.open();
    }
  }
}

/** What is written about one target. */
export class Lane {
  hasEnded = false;
  readonly #isCurrent: () => boolean;
  readonly #kept: (() => void)[] = [];
  readonly #opened: Promise<void>;
  #resolve: () => void = () => undefined;

  constructor(isCurrent: () => boolean) {
    this.#isCurrent = isCurrent;
    this.#opened = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** Whether what is written now appears now. */
  isOpen(): boolean {
    return this.#isCurrent();
  }

  /** Writes as soon as the lane is open. */
  write(action: () => void): void {
    if (this.#isCurrent()) action();
    else this.#kept.push(action);
  }

  /** Resolves when the lane is open: before that nobody should be asked anything. */
  opened(): Promise<void> {
    return this.#opened;
  }

  /** The lanes before it have ended. */
  open(): void {
    for (const action of this.#kept.splice(0)) action();
    this.#resolve();
  }
}
