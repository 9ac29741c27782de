import type { Call } from './call.ts';
import { ManagementClient, ManagementError } from 'auth0';
import { z } from 'zod';
import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';
import { GrantryError } from '../../../model/errors.ts';
import { exchange } from '../../../platform/exchange.ts';
import { jwtPayload } from '../../../model/values/jwt-payload.ts';
import type { Auth0Settings } from '../settings.ts';
import { againFor, asGrantryError, mayHaveActed } from '../../../platform/http.ts';
import type { HttpPorts } from '../../../platform/ports.ts';
import { retry } from '../../../platform/retry.ts';
import type { Attempt } from '../../../platform/retry.ts';
import type { OwnToken } from '../../own-token.ts';
import { Pace } from './pace.ts';
import { answerIn, explainRefusal, statusOf } from './refusal.ts';
import { auth0Service, managementToken } from './token.ts';

const REQUESTS_IN_FLIGHT = 8;
const TIMEOUT_MS = 60_000;

/** A tenant's limits are shared by all who use its Management API: patience costs less than a failed run. */
const RETRY = { retries: 10, baseMs: 250, maxMs: 10_000, maxAfterMs: 120_000 };

/**
 * The official SDK with grantry's token, pace, retries and errors around every call. The SDK's own retries are off: they
 * repeat a POST that may have been carried out, and so make duplicates.
 */
export class Auth0Api {
  readonly settings: Auth0Settings;
  readonly #client: ManagementClient;
  readonly #tokens: OwnToken;
  readonly #ports: HttpPorts;
  readonly #pace: Pace;
  readonly #limit: LimitFunction = pLimit(REQUESTS_IN_FLIGHT);

  constructor(settings: Auth0Settings, ports: HttpPorts) {
    this.settings = settings;
    this.#ports = ports;
    this.#pace = new Pace(settings.requestsPerSecond, ports.clock);
    this.#tokens = managementToken(settings, ports);
    this.#client = new ManagementClient({
      domain: settings.domain,
      token: () => this.#tokens.getAccessToken(),
      fetch: async (input, init) => {
        const url = input instanceof Request ? input.url : input;
        return this.#watched(await exchange(ports, url, init ?? {}, { timeoutMs: TIMEOUT_MS }));
      },
      // Ours comes first: the SDK's own error looks like any other failure.
      timeoutInSeconds: (2 * TIMEOUT_MS) / 1000,
      maxRetries: 0,
      telemetry: false,
    });
  }

  /** What the application's token says, for which it logs in. */
  async ownClaims(): Promise<OwnClaims> {
    return ownClaims.parse(jwtPayload(await this.#tokens.getAccessToken()));
  }

  /** The tenant's clock by when it says that it issued the application's token; undefined where it does not say. */
  get serverNow(): number | undefined {
    return this.#tokens.serverNow;
  }

  /** Runs one call of the SDK. A 401 renews the token once: it may have ended in the middle of a run. */
  async call<T>(call: Call, run: (client: ManagementClient) => Promise<T>): Promise<T> {
    return this.#limit(() =>
      this.#tokens
        .with(
          () => this.#repeated(call, run),
          (error) => statusOf(error) === 401,
        )
        .catch((error: unknown) => {
          throw this.#explain(call, error);
        }),
    );
  }

  /** A GET of a path with a query, as the listings of the SDK cannot ask it; the parsed body. */
  async get(call: Omit<Call, 'idempotent' | 'writes'>, path: string, query: URLSearchParams): Promise<unknown> {
    return this.call({ ...call, idempotent: true }, async (client) => {
      // The SDK would encode the question mark of a path.
      const url = `https://${this.settings.domain}/api/v2/${path}?${query.toString()}`;
      const response = await client.fetch(url, { method: 'GET' }, { maxRetries: 0 });
      if (response.ok) {
        return response.json().catch(() => {
          throw new GrantryError('UNREACHABLE', `Auth0 ${this.settings.domain} answers with no JSON: ${call.about}`, {
            hint: 'Is there a proxy in between that answers for it?',
          });
        });
      }
      const body: unknown = await response.json().catch(() => undefined);
      throw new ManagementError({ statusCode: response.status, body, rawResponse: response });
    });
  }

  async #repeated<T>(call: Call, run: (client: ManagementClient) => Promise<T>): Promise<T> {
    return retry(
      async () => {
        await this.#pace.next(this.#ports.signal);
        // Waiting for a turn takes time: what may be written may have changed.
        this.#ports.beforeSend?.();
        return run(this.#client);
      },
      (outcome) => {
        const answer = answerOf(outcome);
        if (call.writes === true && mayHaveActed(answer)) this.#ports.onWrite?.();
        const again = againFor(call.idempotent, answer, this.#ports.clock.now());
        return again === false ? false : { afterMs: again.afterMs ?? this.#untilReset(answer) };
      },
      this.#ports,
      RETRY,
    );
  }

  /** `x-ratelimit-reset` is when the bucket is filled again, in Unix seconds. */
  #untilReset(answer: Attempt<Pick<Response, 'status' | 'headers'>>): number | undefined {
    if (!('value' in answer) || answer.value.status !== 429) return undefined;
    const reset = resetOf(answer.value.headers);
    return reset === undefined ? undefined : Math.max(0, reset - this.#ports.clock.now());
  }

  /** The request that took the last token of a bucket waits for the next one before asking again. */
  #watched(response: Response): Response {
    const reset = resetOf(response.headers);
    if (reset !== undefined && response.headers.get('x-ratelimit-remaining') === '0') this.#pace.pauseUntil(reset);
    return response;
  }

  #explain(call: Call, error: unknown): unknown {
    const url = `https://${this.settings.domain}/api/v2/`;
    return (
      explainRefusal(call, error, this.settings) ??
      asGrantryError(error, auth0Service(this.settings), url, this.#ports.signal)
    );
  }
}

/** Unchecked: a token of some other kind says nothing. */
const ownClaims = z
  .object({ iss: z.string().optional().catch(undefined), scope: z.string().optional().catch(undefined) })
  .catch({ iss: undefined, scope: undefined });
type OwnClaims = z.output<typeof ownClaims>;

const SUCCESS = { status: 200, headers: new Headers() };

/** The SDK answers with bodies, and throws what is no success; what it throws of a lost connection is only wrapped. */
function answerOf(outcome: Attempt<unknown>): Attempt<Pick<Response, 'status' | 'headers'>> {
  if ('value' in outcome) return { value: SUCCESS };
  const answer = answerIn(outcome.error);
  return answer === undefined ? outcome : { value: answer };
}

/** Milliseconds since the epoch. */
function resetOf(headers: Headers): number | undefined {
  const seconds = headers.get('x-ratelimit-reset');
  return seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
