import { renderAdvance } from '../../report/index.ts';
import type { Advance } from '../../report/index.ts';
import type { Output } from '../context.ts';

/** Milliseconds between two reports of progress; what takes less has none. */
const ON_TERMINAL = 200;
const IN_LOGS = 5_000;

/** What takes longer than this is no part of an estimate; milliseconds. */
const STANDSTILL = 10_000;

/** Shows how far a piece of work is: on a terminal in one line that changes, elsewhere by a plain line every few seconds. */
export class Progress {
  readonly #output: Output;
  readonly #now: () => number;
  /** When it would have begun if it had never stood still. */
  #began: number;
  readonly #timer: NodeJS.Timeout;
  #advance: Omit<Advance, 'elapsed' | 'sinceStep'>;
  #lastStep: number;

  constructor(output: Output, { what, total }: Pick<Advance, 'what' | 'total'>, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#began = now();
    this.#lastStep = this.#began;
    this.#advance = { what, total, done: 0, failed: 0 };
    this.#timer = setInterval(() => this.#show(), output.isTerminal ? ON_TERMINAL : IN_LOGS);
  }

  /** One more is done. */
  step(failed: boolean): void {
    const { done, failed: before } = this.#advance;
    this.#advance = { ...this.#advance, done: done + 1, failed: before + Number(failed) };
    const now = this.#now();
    // How long a server did not answer says nothing of the rest.
    if (now - this.#lastStep > STANDSTILL) this.#began += now - this.#lastStep;
    this.#lastStep = now;
  }

  end(): void {
    clearInterval(this.#timer);
    this.#output.clearStatus('progress');
  }

  #show(): void {
    const now = this.#now();
    const times = { elapsed: now - this.#began, sinceStep: now - this.#lastStep };
    this.#output.status(renderAdvance({ ...this.#advance, ...times }));
  }
}
