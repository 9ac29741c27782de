/** How long a stretch may keep other work waiting, in milliseconds. */
const STRETCH_MS = 2;

/** Divides long work on the processor into stretches: between two of them whatever else is ready goes on. */
export class Stretches {
  #since = performance.now();

  isOver(): boolean {
    return performance.now() - this.#since >= STRETCH_MS;
  }

  async pause(): Promise<void> {
    await new Promise(setImmediate);
    this.#since = performance.now();
  }
}
