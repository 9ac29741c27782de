import { inspect } from 'node:util';
import { rememberSecret } from './known-secrets.ts';

const HIDDEN = '‹hidden›';

/**
 * A value that must never be printed. Strings, JSON and `inspect` show a placeholder;
 * `reveal()` is called only where the value is put on the wire or compared in memory. From the moment that there is one, no output
 * holds its value: servers repeat what was sent to them.
 */
export class Secret {
  readonly #value: string;
  /** Behind the name of what it is, where a message speaks of it: ` (from NAME in the environment)`; empty where that is not known. */
  readonly origin: string;

  /** `variables`: names of those of the environment that it came from. */
  constructor(value: string, variables: readonly string[] = []) {
    this.#value = value;
    rememberSecret(value);
    this.origin = variables.length === 0 ? '' : ` (from ${variables.join(', ')} in the environment)`;
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
