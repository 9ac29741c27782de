/** `token_quota` of clients: how many tokens an hour and a day may bring. */
import { Refusal } from '../management/errors.ts';
import { objectOr } from '../json.ts';
import type { StoredClient } from '../state.ts';

/** Buckets, and how long their windows are in milliseconds. */
const WINDOWS = [
  ['per_hour', 3_600_000],
  ['per_day', 86_400_000],
] as const;

/** Counts tokens in windows that begin with the first of them. */
export class TokenQuota {
  readonly #windows = new Map<string, { since: number; count: number }>();

  /** Takes one from each bucket of the client, or throws the 429 of an enforced quota. */
  take({ id, fields }: StoredClient, now: number): void {
    const quota = objectOr(objectOr(fields['token_quota'])['client_credentials']);
    for (const [bucket, length] of WINDOWS) {
      const limit = quota[bucket];
      if (typeof limit !== 'number') continue;
      const window = this.#window(`${id} ${bucket}`, now, length);
      if (window.count >= limit && quota['enforce'] !== false) {
        throw exceeded(bucket, limit, Math.ceil((window.since + length - now) / 1000));
      }
      window.count += 1;
    }
  }

  #window(key: string, now: number, length: number): { since: number; count: number } {
    const known = this.#windows.get(key);
    if (known !== undefined && known.since + length > now) return known;
    const fresh = { since: now, count: 0 };
    this.#windows.set(key, fresh);
    return fresh;
  }
}

function exceeded(bucket: string, limit: number, seconds: number): Refusal {
  return new Refusal(
    429,
    { error: 'too_many_requests', error_description: 'Client quota exceeded' },
    {
      'auth0-client-quota-limit': `b=${bucket};q=${limit};r=0;t=${seconds}`,
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': '0',
      'retry-after': String(seconds),
    },
  );
}
