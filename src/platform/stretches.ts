/** How long a stretch may keep other work waiting, in milliseconds. */
const STRETCH_MS = 2;

/** Divides long work on the processor into stretches: between two of them whatever else is ready goes on. */
export class Stretches {
  #since = performance.now();

  isOver(): boolean {
    return performance.now() - this.#since >= STRETCH_MS;
  }

  async pause(): Promise<void> {
    await letOthersGoOn();
    this.#since = performance.now();
  }
}

/** Does work that yields wherever it may be interrupted, and lets other work go on there. */
export async function inStretches<Result>(work: Iterator<unknown, Result>): Promise<Result> {
  const stretches = new Stretches();
  for (let step = work.next(); ; step = work.next()) {
    if (step.done === true) return step.value;
    if (stretches.isOver()) await stretches.pause();
  }
}

/** Does such work in one go. */
export function inOneGo<Result>(work: Iterator<unknown, Result>): Result {
  for (let step = work.next(); ; step = work.next()) if (step.done === true) return step.value;
}

/** Lets whatever else is ready go on, such as before work that takes long and cannot be interrupted. */
export async function letOthersGoOn(): Promise<void> {
  await new Promise(setImmediate);
}
