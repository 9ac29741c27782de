/**
 * What could not be written to standard output or standard error. A reader that ends, as in `grantry plan | head`, only
 * mutes what it read: the work matters more than the words. Anything else, such as a full disk, is a failure: the words
 * may be what the run is for.
 */
export class BrokenOutputs {
  readonly #codes = new Map<NodeJS.WriteStream, string>();
  readonly #failed = new AbortController();

  /** Aborted at the first failure: what is in hand is finished, and nothing more is begun. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Hears of errors that a stream reports later, which would otherwise end the process at once. */
  watch(...streams: readonly NodeJS.WriteStream[]): void {
    for (const stream of streams) stream.on('error', (error) => this.#note(stream, error));
  }

  /** Writes, unless the stream is broken. */
  write(stream: NodeJS.WriteStream, text: string): void {
    if (this.#codes.has(stream)) return;
    try {
      stream.write(text);
    } catch (error) {
      return this.#note(stream, error);
    }
    // Files and pipes are written at once: known here, before the event.
    if (stream.errored !== null && stream.errored !== undefined) this.#note(stream, stream.errored);
  }

  /** The system's code for why a stream cannot be written any more; undefined while it can. */
  codeOf(stream: NodeJS.WriteStream): string | undefined {
    return this.#codes.get(stream);
  }

  /** All failures, in words. */
  failures(): string[] {
    return [...this.#codes]
      .filter(([, code]) => code !== READER_ENDED)
      .map(([stream, code]) => `${nameOf(stream)} cannot be written (${code})`);
  }

  #note(stream: NodeJS.WriteStream, error: unknown): void {
    if (this.#codes.has(stream)) return;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    this.#codes.set(stream, code);
    if (code !== READER_ENDED) this.#failed.abort();
  }
}

const READER_ENDED = 'EPIPE';

function nameOf(stream: NodeJS.WriteStream): string {
  return stream === process.stdout ? 'standard output' : 'standard error';
}
