import type { HttpPorts } from './ports.ts';

/** How one attempt ended. */
export type Attempt<T> = { readonly value: T } | { readonly error: unknown };

/** False: take this outcome. Otherwise try again, no sooner than `afterMs` if it is given. */
export type Again = false | { readonly afterMs?: number | undefined };

/** How often and how patiently to try; times in milliseconds. */
export interface RetryPolicy {
  /** Attempts after the first. */
  readonly retries: number;
  readonly baseMs: number;
  readonly maxMs: number;
  /** A server that asks for a longer pause is not waited for. */
  readonly maxAfterMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { retries: 4, baseMs: 200, maxMs: 5_000, maxAfterMs: 60_000 };

/**
 * Runs `attempt` until `again`, which sees every outcome, is content with it or the retries are used up, with exponential backoff
 * of which half is random. `again` is the place to decide whether a repetition is safe at all.
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  again: (outcome: Attempt<T>) => Again,
  ports: Pick<HttpPorts, 'clock' | 'random' | 'signal' | 'beforeSend'>,
  policy: RetryPolicy = DEFAULT_RETRY,
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    ports.signal?.throwIfAborted();
    ports.beforeSend?.();
    const outcome = await tryOnce(attempt);
    const requested = again(outcome);
    const next = tries < policy.retries && ports.signal?.aborted !== true ? requested : false;
    if (next === false || (next.afterMs ?? 0) > policy.maxAfterMs) {
      if ('error' in outcome) {
        throw outcome.error;
      }
      return outcome.value;
    }
    const backoff = Math.min(policy.maxMs, policy.baseMs * 2 ** tries) * (0.5 + ports.random() / 2);
    await ports.clock.sleep(Math.max(backoff, next.afterMs ?? 0), ports.signal);
  }
}

async function tryOnce<T>(attempt: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await attempt() };
  } catch (error) {
    return { error };
  }
}

/** Milliseconds that a `Retry-After` header asks for (RFC 9110 section 10.2.3: seconds or a date). */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') {
    return undefined;
  }
  if (/^\d+$/.test(value)) {
    return Number(value) * 1000;
  }
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
