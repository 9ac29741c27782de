import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';
import { GrantryError } from '../../model/errors.ts';
import type { KeycloakSettings } from './settings.ts';
import { againFor, asGrantryError, mayHaveActed, requestJson } from '../../platform/http.ts';
import type { HttpRequest, HttpResponse } from '../../platform/http.ts';
import { earliestNow } from '../../platform/clock.ts';
import type { HttpPorts } from '../../platform/ports.ts';
import { retry } from '../../platform/retry.ts';
import type { Attempt } from '../../platform/retry.ts';
import type { OwnToken } from '../own-token.ts';
import { adviseOnRights } from './own-rights.ts';
import { RefusedRequest, explainRefusal, isRefusal, statusOf } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { keycloakService } from './token.ts';

/** Requests of any kind, so that a run does not burden the server. */
const REQUESTS_IN_FLIGHT = 8;

const TIMEOUT_MS = 120_000;

/** What a request needs to fail understandably. */
export interface Purpose {
  /** What it is about, such as `client order-service`: for errors. */
  readonly about: string;
  /** The role of `realm-management` that it takes. */
  readonly needs: string;
}

export interface Reading extends Purpose {
  /** In place of an answer, where there is no such thing (404); without it that is an error. */
  readonly absent?: unknown;
}

/** What a call needs to be repeated safely, too. */
export interface Call extends Purpose {
  /** May be executed twice without harm. */
  readonly idempotent: boolean;
  /** Changes something. */
  readonly writes?: true;
}

/**
 * The Admin API with grantry's token, limits, retries and errors around every request. Writes go through the official admin
 * client, with the roles that they look up. What thousands of clients need does not: reading and creating them.
 */
export class KeycloakApi {
  readonly settings: KeycloakSettings;
  #client: Promise<KeycloakAdminClient> | undefined;
  readonly #tokens: OwnToken;
  readonly #ports: HttpPorts;
  readonly #limit: LimitFunction;
  /** From the header Date of the last answer. */
  #toldNow: number | undefined;

  constructor(settings: KeycloakSettings, ports: HttpPorts, tokens: OwnToken) {
    this.settings = settings;
    this.#ports = ports;
    this.#limit = pLimit(REQUESTS_IN_FLIGHT);
    this.#tokens = tokens;
  }

  /** By this machine's clock and the server's own, as its last answer told it. */
  earliestNow(): number {
    return earliestNow(this.#ports.clock, this.#toldNow);
  }

  /** Waits for some time between these, so that those who wait for the same do not ask together. */
  async pause(leastMs: number, mostMs: number): Promise<void> {
    const { clock, random, signal } = this.#ports;
    await clock.sleep(leastMs + random() * (mostMs - leastMs), signal);
  }

  /** What the Admin API has at a path behind that of the realm; undefined where its answer is no JSON. */
  async read(reading: Reading, path: string): Promise<unknown> {
    return this.readOfServer(reading, `${this.#realmPath()}/${path}`);
  }

  /** The same, behind `/admin`. */
  async readOfServer(reading: Reading, path: string): Promise<unknown> {
    return this.#settled(reading, async () => {
      const answer = await this.#send({ method: 'GET' }, path);
      return answer.status === 404 && 'absent' in reading ? reading.absent : successOf(answer).body;
    });
  }

  /** Posts what comes to be below a path behind that of the realm; tells its id. */
  async create(purpose: Purpose, path: string, json: unknown): Promise<string> {
    return this.#settled(purpose, async () => {
      const answer = await this.#send({ method: 'POST', json, writes: true }, `${this.#realmPath()}/${path}`);
      const id = successOf(answer).headers.get('location')?.split('/').at(-1) ?? '';
      if (id !== '') return id;
      // As good as no answer: who asked looks whether it is there.
      throw new GrantryError('UNREACHABLE', `Keycloak does not say where it put what was made: ${purpose.about}`, {
        hint: 'A proxy in between may take the header Location out of its answers. Run plan to see how things stand.',
      });
    });
  }

  #realmPath(): string {
    return `realms/${encodeURIComponent(this.settings.realm)}`;
  }

  async #send(request: Pick<HttpRequest, 'method' | 'json' | 'writes'>, path: string): Promise<HttpResponse> {
    const whole = {
      ...request,
      service: keycloakService(this.settings),
      url: `${this.settings.url}/admin/${path}`,
      headers: { authorization: `Bearer ${await this.#tokens.getAccessToken()}` },
      timeoutMs: TIMEOUT_MS,
      // Scopes and roles come in one answer, however many there are.
      listing: request.method === 'GET',
    };
    const answer = await requestJson(whole, this.#ports);
    const told = Date.parse(answer.headers.get('date') ?? '');
    if (!Number.isNaN(told)) this.#toldNow = told;
    return answer;
  }

  /** Runs one call of the admin client. */
  async call<T>(call: Call, run: (client: KeycloakAdminClient) => Promise<T>): Promise<T> {
    return this.#settled(call, async () => {
      this.#client ??= this.#makeClient();
      const client = await this.#client;
      return this.#repeated(call, () => run(client));
    });
  }

  async #makeClient(): Promise<KeycloakAdminClient> {
    const { default: AdminClient } = await import('@keycloak/keycloak-admin-client');
    const client = new AdminClient({
      baseUrl: this.settings.url,
      realmName: this.settings.realm,
      timeout: TIMEOUT_MS,
      // A redirect would carry grantry's token to a host that nobody named.
      requestOptions: { redirect: 'manual' },
    });
    client.registerTokenProvider({
      getAccessToken: async () => {
        const token = await this.#tokens.getAccessToken();
        // It may have taken a login of minutes; and the gate stands in front of requests, not of logins that targets share.
        this.#ports.beforeSend?.();
        return token;
      },
    });
    return client;
  }

  /** A 401 renews the token once: it may have ended in the middle of a run. */
  async #settled<T>(purpose: Purpose, ask: () => Promise<T>): Promise<T> {
    return this.#limit(() =>
      this.#tokens
        .with(ask, (error) => statusOf(error) === 401)
        .catch((error: unknown) => {
          throw this.#explain(purpose, error);
        }),
    );
  }

  async #repeated<T>(call: Call, run: () => Promise<T>): Promise<T> {
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
  async #watched<T>(run: () => Promise<T>): Promise<T> {
    const end = this.#ports.onRequest?.(this.settings.url);
    try {
      const answer = await run();
      end?.(true);
      return answer;
    } catch (error) {
      end?.(isRefusal(error));
      throw error;
    }
  }

  /** What to do where the account lacks the right to something that takes these roles. */
  adviseOnRights(needs: string): string {
    return adviseOnRights(this.settings, needs, this.#tokens.last);
  }

  #explain(purpose: Purpose, error: unknown): unknown {
    const url = `${this.settings.url}/admin/realms/${this.settings.realm}`;
    return (
      explainRefusal(purpose, error, this.settings, this.adviseOnRights(purpose.needs)) ??
      asGrantryError(error, keycloakService(this.settings), url, this.#ports.signal)
    );
  }
}

/** Where a client lies, behind its realm. */
export function clientPath(id: string): string {
  return `clients/${encodeURIComponent(id)}`;
}

function successOf(answer: HttpResponse): HttpResponse {
  if (answer.status < 200 || answer.status > 299) throw new RefusedRequest(answer, answer.body);
  return answer;
}

const SUCCESS = { status: 200, headers: { get: () => null } };

/** The admin client answers with bodies, and throws what is no success. */
function answerOf(outcome: Attempt<unknown>): Attempt<Refusal['response']> {
  if ('value' in outcome) return { value: SUCCESS };
  return isRefusal(outcome.error) ? { value: outcome.error.response } : outcome;
}
