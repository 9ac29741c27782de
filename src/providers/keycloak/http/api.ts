import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';
import { GrantryError } from '../../../model/errors.ts';
import type { KeycloakSettings } from '../settings.ts';
import { earliestNow } from '../../../platform/clock.ts';
import type { Fetch } from '../../../platform/fetch.ts';
import { asGrantryError, persist } from '../../../platform/http.ts';
import type { Ports } from '../../../platform/ports.ts';
import type { OwnToken } from '../../own-token.ts';
import { hasAccount } from '../login/account.ts';
import { lendFetch, makeAdminClient } from './admin-client.ts';
import { adviseOnRights, claimsIn } from './own-rights.ts';
import type { OwnClaims } from './own-rights.ts';
import { explainRefusal, statusOf } from './refusal.ts';
import type { ReadContext, RequestContext } from './request-context.ts';
import { keycloakService } from './service.ts';

/** Requests of any kind, so that a run does not burden the server. */
const REQUESTS_IN_FLIGHT = 8;

const TIMEOUT_MS = 120_000;

/** Statuses that answer a question. */
const ANSWERS: ReadonlySet<number> = new Set([400, 403, 404]);

/** One or several requests of the admin client. */
type Run<T> = (admin: KeycloakAdminClient) => Promise<T>;

/** How requests are sent. */
interface Manner {
  /** May be executed twice without harm. */
  readonly idempotent: boolean;
  readonly writes: boolean;
  /** Makes something, whose place the answer must say. */
  readonly creates?: true;
}

const READ: Manner = { idempotent: true, writes: false };
const WRITE: Manner = { idempotent: true, writes: true };
const WRITE_ONCE: Manner = { idempotent: false, writes: true };
const CREATE: Manner = { ...WRITE_ONCE, creates: true };

/** What the server says to a question, also where it says no. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The Admin API by the official admin client, with grantry's token, limits, retries and errors around every request. */
export class KeycloakApi {
  readonly settings: KeycloakSettings;
  #client: Promise<KeycloakAdminClient> | undefined;
  readonly #tokens: OwnToken;
  readonly #ports: Ports;
  readonly #limit: LimitFunction = pLimit(REQUESTS_IN_FLIGHT);
  /** From the header Date of the last answer. */
  #serverNow: number | undefined;

  constructor(settings: KeycloakSettings, ports: Ports, tokens: OwnToken) {
    this.settings = settings;
    this.#ports = ports;
    this.#tokens = tokens;
  }

  /** False for a command that was given none, and needs none. */
  hasAccount(): boolean {
    return hasAccount(this.settings.auth, this.#ports.env);
  }

  /** By this machine's clock and the server's own: its answers, or grantry's token, show it. Keycloak itself sends no header Date. */
  earliestNow(): number {
    return earliestNow(this.#ports.clock, this.#serverNow ?? this.#tokens.serverNow);
  }

  /** The server's clock as far as it shows it, in milliseconds; else this machine's. */
  now(): number {
    return this.#tokens.serverNow ?? this.#ports.clock.now();
  }

  /** Waits for some time between these, so that those who wait for the same do not ask together. */
  async pause(leastMs: number, mostMs: number): Promise<void> {
    const { clock, random, signal } = this.#ports;
    await clock.sleep(leastMs + random() * (mostMs - leastMs), signal);
  }

  /** The answer is not checked, whatever the types of the admin client say; it is a text where it is no JSON. */
  async read(context: ReadContext, run: Run<unknown>): Promise<unknown> {
    return this.#request(context, run, READ);
  }

  /**
   * The same where a refusal is an answer too: 403 says that the account may not, 400 that it may, had it asked for something.
   * NOT_ALLOWED is thrown where the server does not take the account's token at all.
   */
  async ask(about: string, run: Run<unknown>): Promise<Answer> {
    const answer = async (admin: KeycloakAdminClient): Promise<Answer> => {
      try {
        return { status: 200, body: await run(admin) };
      } catch (error) {
        const status = statusOf(error);
        if (status === undefined || !ANSWERS.has(status)) throw error;
        return { status, body: undefined };
      }
    };
    return this.#request({ about, needs: '' }, answer, READ);
  }

  /** What the account's token says, for which it logs in. */
  async ownClaims(): Promise<OwnClaims | undefined> {
    return claimsIn(await this.#tokens.getAccessToken());
  }

  /** The server's clock by when it says that it issued the account's token; undefined where it does not say. */
  get serverNow(): number | undefined {
    return this.#tokens.serverNow;
  }

  /** What may be executed twice without harm. */
  async write(context: RequestContext, run: Run<unknown>): Promise<unknown> {
    return this.#request(context, run, WRITE);
  }

  /** What is not repeated where its answer was lost. */
  async writeOnce(context: RequestContext, run: Run<unknown>): Promise<void> {
    await this.#request(context, run, WRITE_ONCE);
  }

  /** Makes something. Throws UNREACHABLE where it is not known whether it was made, or where. */
  async create<T>(context: RequestContext, run: Run<T>): Promise<T> {
    return this.#request(context, run, CREATE);
  }

  /** What is gone already is as it is wanted. */
  async delete(context: RequestContext, run: Run<void>): Promise<void> {
    const gone: ReadContext = { ...context, absent: undefined };
    await this.#request(gone, run, WRITE);
  }

  /** What to do where the account lacks the right to something that takes these roles. */
  adviseOnRights(needs: string): string {
    return adviseOnRights(this.settings, needs, this.#tokens.last);
  }

  /** A 401 renews the token once: it may have ended in the middle of a run. */
  async #request<T>(context: RequestContext, run: Run<T>, manner: Manner): Promise<T>;
  async #request(context: ReadContext, run: Run<unknown>, manner: Manner): Promise<unknown> {
    const ask = async (): Promise<unknown> => {
      this.#client ??= makeAdminClient(this.settings, () => this.#tokens.getAccessToken());
      const client = await this.#client;
      return lendFetch(this.#fetch(context, manner), () => run(client));
    };
    return this.#limit(() =>
      this.#tokens
        .with(ask, (error) => statusOf(error) === 401)
        .catch((error: unknown) => {
          if ('absent' in context && statusOf(error) === 404) return context.absent;
          throw this.#explain(context, error);
        }),
    );
  }

  #fetch({ about }: RequestContext, { creates, ...manner }: Manner): Fetch {
    return async (url, init) => {
      const answer = await persist(this.#ports, url, init ?? {}, { ...manner, timeoutMs: TIMEOUT_MS });
      const serverNow = Date.parse(answer.headers.get('date') ?? '');
      if (!Number.isNaN(serverNow)) this.#serverNow = serverNow;
      if (creates && answer.ok && !/[^/]$/.test(answer.headers.get('location') ?? '')) throw withoutLocation(about);
      return answer;
    };
  }

  #explain(context: RequestContext, error: unknown): unknown {
    const url = `${this.settings.url}/admin/realms/${this.settings.realm}`;
    return (
      explainRefusal(context, error, this.settings, this.adviseOnRights(context.needs)) ??
      asGrantryError(error, keycloakService(this.settings), url, this.#ports.signal)
    );
  }
}

/** As good as no answer: the caller looks whether what was to be made is there. */
function withoutLocation(about: string): GrantryError {
  return new GrantryError('UNREACHABLE', `Keycloak does not say where it put what was made: ${about}`, {
    hint: 'A proxy in between may take the header Location out of its answers. Run plan to see how things stand.',
  });
}
