import KeycloakAdminClient, { NetworkError } from '@keycloak/keycloak-admin-client';
import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';
import type { KeycloakSettings } from '../../model/target.ts';
import { againFor, asGrantryError, mayHaveActed } from '../../platform/http.ts';
import type { HttpPorts } from '../../platform/ports.ts';
import { retry } from '../../platform/retry.ts';
import type { Attempt } from '../../platform/retry.ts';
import type { OwnToken } from '../own-token.ts';
import { explainRefusal, statusOf } from './refusal.ts';
import { keycloakService } from './token.ts';

/** Requests of any kind, so that a run does not burden the server. */
const REQUESTS_IN_FLIGHT = 8;

const TIMEOUT_MS = 120_000;

/** What one call needs to be repeated safely and to fail understandably. */
export interface Call {
  /** What it is about, such as `client order-service`: for errors. */
  readonly about: string;
  /** The role of `realm-management` that it takes. */
  readonly needs: string;
  /** May be executed twice without harm. */
  readonly idempotent: boolean;
  /** Changes something. */
  readonly writes?: true;
}

/** The official admin client with grantry's token, limits, retries and errors around every call. */
export class KeycloakApi {
  readonly settings: KeycloakSettings;
  readonly #client: KeycloakAdminClient;
  readonly #tokens: OwnToken;
  readonly #ports: HttpPorts;
  readonly #limit: LimitFunction;

  constructor(settings: KeycloakSettings, ports: HttpPorts, tokens: OwnToken) {
    this.settings = settings;
    this.#ports = ports;
    this.#limit = pLimit(REQUESTS_IN_FLIGHT);
    this.#tokens = tokens;
    this.#client = new KeycloakAdminClient({
      baseUrl: settings.url,
      realmName: settings.realm,
      timeout: TIMEOUT_MS,
      // A redirect would carry grantry's token to a host that nobody named.
      requestOptions: { redirect: 'manual' },
    });
    this.#client.registerTokenProvider({
      getAccessToken: async () => {
        const token = await tokens.getAccessToken();
        // It may have taken a login of minutes; and the gate stands in front of requests, not of logins that targets share.
        ports.beforeSend?.();
        return token;
      },
    });
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#ports.clock.now();
  }

  /** Runs one call of the admin client. A 401 renews the token once: it may have ended in the middle of a run. */
  async call<T>(call: Call, run: (client: KeycloakAdminClient) => Promise<T>): Promise<T> {
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

  async #repeated<T>(call: Call, run: (client: KeycloakAdminClient) => Promise<T>): Promise<T> {
    return retry(
      () => this.#watched(run),
      (outcome) => {
        const answer = answerOf(outcome);
        if (call.writes === true && mayHaveActed(answer)) this.#ports.onWrite?.();
        return againFor(call.idempotent, answer, this.#ports.clock.now());
      },
      this.#ports,
    );
  }

  /** The admin client sends its requests itself. */
  async #watched<T>(run: (client: KeycloakAdminClient) => Promise<T>): Promise<T> {
    const end = this.#ports.onRequest?.(this.settings.url);
    try {
      const answer = await run(this.#client);
      end?.(true);
      return answer;
    } catch (error) {
      end?.(error instanceof NetworkError);
      throw error;
    }
  }

  #explain(call: Call, error: unknown): unknown {
    const url = `${this.settings.url}/admin/realms/${this.settings.realm}`;
    return (
      explainRefusal(call, error, this.settings) ??
      asGrantryError(error, keycloakService(this.settings), url, this.#ports.signal)
    );
  }
}

const SUCCESS = { status: 200, headers: new Headers() };

/** The admin client answers with bodies, and throws what is no success. */
function answerOf(outcome: Attempt<unknown>): Attempt<Pick<Response, 'status' | 'headers'>> {
  if ('value' in outcome) return { value: SUCCESS };
  return outcome.error instanceof NetworkError ? { value: outcome.error.response } : outcome;
}
