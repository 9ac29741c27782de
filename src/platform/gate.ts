/** Stands in front of everything that is sent to a target's servers: open, but for what a condition says. */
export class Gate {
  #condition: (() => void) | undefined;
  #written = false;

  /** Whether anything was changed, or may have been. */
  get written(): boolean {
    return this.#written;
  }

  /** To be called after each request that changed something, or may have. */
  readonly noteWrite = (): void => {
    this.#written = true;
  };

  /** To be called before something is sent; throws when it may not be. */
  readonly pass = (): void => this.#condition?.();

  /** While `work` runs, nothing passes when `condition` throws. */
  async during<T>(condition: () => void, work: () => Promise<T>): Promise<T> {
    this.#condition = condition;
    try {
      return await work();
    } finally {
      this.#condition = undefined;
    }
  }
}
