/** Token buckets as Auth0's plans have them, with the headers that report them. */
import { apiError, oauthError, Refusal } from './management/errors.ts';

export interface RateLimit {
  /** How many requests may come at once. */
  readonly burst: number;
  readonly perMinute: number;
}

export interface RateLimits {
  /** Of all requests to the Management API, or of all that no limit of their own covers. */
  readonly management?: RateLimit;
  /** Of reads of clients alone; these then do not count into `management`. */
  readonly readClients?: RateLimit;
  /** Of /oauth/token. */
  readonly token?: RateLimit;
}

/** As documented for the plans of Auth0's public cloud. */
export const PLANS = {
  free: { management: { burst: 2, perMinute: 120 }, token: { burst: 30, perMinute: 300 } },
  selfService: { management: { burst: 10, perMinute: 150 }, readClients: { burst: 5, perMinute: 100 } },
  enterpriseProduction: { management: { burst: 50, perMinute: 960 } },
  enterpriseDevelopment: { management: { burst: 10, perMinute: 120 } },
} as const satisfies Record<string, RateLimits>;

export interface Ticket {
  readonly headers: Readonly<Record<string, string>>;
  /** Thrown after the headers are known; undefined: the request may pass. */
  readonly refusal: Refusal | undefined;
}

const FREE: Ticket = { headers: {}, refusal: undefined };

export class RateLimiter {
  readonly #buckets = new Map<RateLimit, { tokens: number; filledAt: number }>();
  readonly #limits: RateLimits;
  readonly #retryAfter: boolean;

  constructor(limits: RateLimits, retryAfter: boolean) {
    this.#limits = limits;
    this.#retryAfter = retryAfter;
  }

  /** Takes a token for the request; `now` in milliseconds. */
  admit({ method, path }: { method: string; path: string }, now: number): Ticket {
    const { management, readClients, token } = this.#limits;
    if (path === '/oauth/token') {
      return this.#take(token, now, () =>
        oauthError(429, 'access_denied', 'Too Many Requests', { error_uri: LIMITS_PAGE }),
      );
    }
    if (readClients !== undefined && method === 'GET' && /^\/api\/v2\/clients(\/|$)/.test(path)) {
      return this.#take(readClients, now, () => tooMany('Endpoint limit has been reached'));
    }
    return this.#take(management, now, () => tooMany('Global limit has been reached'));
  }

  #take(limit: RateLimit | undefined, now: number, refuse: () => Refusal): Ticket {
    if (limit === undefined) return FREE;
    const bucket = this.#buckets.get(limit) ?? { tokens: limit.burst, filledAt: now };
    this.#buckets.set(limit, bucket);
    const interval = 60_000 / limit.perMinute;
    const gained = Math.floor((now - bucket.filledAt) / interval);
    bucket.tokens = Math.min(limit.burst, bucket.tokens + gained);
    bucket.filledAt = bucket.tokens === limit.burst ? now : bucket.filledAt + gained * interval;
    const passes = bucket.tokens >= 1;
    if (passes) bucket.tokens -= 1;
    const wait = Math.max(0, bucket.filledAt + interval - now);
    const headers: Record<string, string> = {
      'x-ratelimit-limit': String(limit.burst),
      'x-ratelimit-remaining': String(bucket.tokens),
      'x-ratelimit-reset': String(Math.ceil((now + wait) / 1000)),
    };
    if (!passes && this.#retryAfter) headers['retry-after'] = String(Math.ceil(wait / 1000));
    return { headers, refusal: passes ? undefined : refuse() };
  }
}

const LIMITS_PAGE = 'https://auth0.com/docs/policies/rate-limits';

function tooMany(message: string): Refusal {
  return apiError(429, message, 'too_many_requests');
}
