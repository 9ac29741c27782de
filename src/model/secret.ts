import { inspect } from 'node:util';

const HIDDEN = '‹hidden›';

/**
 * A value that must never be printed. Strings, JSON and `inspect` show a placeholder;
 * `reveal()` is called only where the value is put on the wire or compared in memory.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/** Stands where a secret would be that a command said it does without: nothing can be sent in its place. */
export class WithheldSecret extends Secret {
  constructor() {
    super('');
  }

  override reveal(): never {
    throw new Error('a credential is used that was not asked for');
  }

  override equals(): boolean {
    return false;
  }
}
