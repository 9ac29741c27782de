import { z } from 'zod';
import { isMoment } from '../model/delivery-mark.ts';
import { rememberSecret } from '../model/secrets/known-secrets.ts';
import { jwtPayload } from '../model/values/jwt-payload.ts';
import type { HttpResponse } from '../platform/http.ts';
import { oauthErrorIn } from '../platform/oauth-error.ts';
import type { OAuthError } from '../platform/oauth-error.ts';
import type { Clock } from '../platform/clock.ts';

/** A token as a token endpoint gives it (RFC 6749 section 5.1). */
export interface GivenToken {
  readonly value: string;
  /** How long it lives. */
  readonly seconds: number;
}

/** A token of other characters than those of RFC 6749 (appendix A.12) could not be sent in a header. */
const answer = z.object({ access_token: z.string().regex(/^[!-~]+$/), expires_in: z.number() });

/** The token in an answer; undefined where there is none. */
export function tokenIn({ status, body }: HttpResponse): GivenToken | undefined {
  const { data } = answer.safeParse(body);
  if (status !== 200 || data === undefined) return undefined;
  rememberSecret(data.access_token);
  return { value: data.access_token, seconds: data.expires_in };
}

/** Why there is none; undefined where it is not the token endpoint that says so. */
export function refusalIn({ status, body }: HttpResponse): OAuthError | undefined {
  return status === 200 ? undefined : oauthErrorIn(body);
}

/** Unix seconds (RFC 7519 section 4.1.6). */
const issuedAt = z.object({ iat: z.number().refine(isMoment) });

/** Short-lived tokens end in the middle of a long run; so close to its end one is not used. */
const MARGIN_MS = 10_000;

/** Asks for a token; `refused`: one of before that was refused, though its time had not come. */
type AskForToken = (refused?: string) => Promise<GivenToken>;

/** grantry's own access token: a new one is asked for when the old one is about to end or was refused. */
export class OwnToken {
  readonly #ask: AskForToken;
  readonly #clock: Pick<Clock, 'now'>;
  #token: { readonly value: string; readonly goodUntil: number; readonly receivedAt: number } | undefined;
  #pending: Promise<string> | undefined;
  #refused: string | undefined;

  constructor(ask: AskForToken, clock: Pick<Clock, 'now'>) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** The one that was used last, if there is any: for words about what it may do. */
  get last(): string | undefined {
    return this.#token?.value;
  }

  /** The server's clock, by when it says that it issued the token, in milliseconds; undefined where it does not say. */
  get serverNow(): number | undefined {
    if (this.#token === undefined) return undefined;
    const { value, receivedAt } = this.#token;
    const { data } = issuedAt.safeParse(jwtPayload(value));
    return data === undefined ? undefined : data.iat * 1000 + this.#clock.now() - receivedAt;
  }

  async getAccessToken(): Promise<string> {
    if (this.#token !== undefined && this.#clock.now() < this.#token.goodUntil) return this.#token.value;
    // Many requests in flight share one renewal.
    this.#pending ??= this.#renew().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Runs `call`, and once more with a new token when the one that it had was refused. */
  async with<T>(call: () => Promise<T>, wasRefused: (error: unknown) => boolean): Promise<T> {
    const token = await this.getAccessToken();
    try {
      return await call();
    } catch (error) {
      if (!wasRefused(error)) throw error;
    }
    if (this.#token?.value === token) {
      this.#token = undefined;
      this.#refused = token;
    }
    return call();
  }

  async #renew(): Promise<string> {
    const asked = this.#clock.now();
    const refused = this.#refused;
    this.#refused = undefined;
    const { value, seconds } = await this.#ask(refused);
    const receivedAt = this.#clock.now();
    this.#token = { value, receivedAt, goodUntil: asked + Math.max(seconds * 500, seconds * 1000 - MARGIN_MS) };
    return value;
  }
}
