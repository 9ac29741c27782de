import { AsyncLocalStorage } from 'node:async_hooks';
import { GrantryError } from '../model/errors.ts';

/**
 * Stands in front of everything that is sent to a target's servers: open, but for work that goes on under a condition. What
 * such work sends is separate from everything else, such as the renewal and the release of the lock.
 */
export class WriteGuard {
  readonly #conditions = new AsyncLocalStorage<() => void>();
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
  readonly pass = (): void => this.#conditions.getStore()?.();

  /** Nothing that `work` sends passes when `condition` throws, and nothing at all once `work` has ended. */
  async during<T>(condition: () => void, work: () => Promise<T>): Promise<T> {
    let ended = false;
    const mayPass = (): void => {
      if (ended) throw new GrantryError('FAILED', 'the work that this belongs to has ended: nothing more is sent');
      condition();
    };
    try {
      return await this.#conditions.run(mayPass, work);
    } finally {
      ended = true;
    }
  }
}
