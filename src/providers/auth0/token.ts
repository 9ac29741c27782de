import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import type { Auth0Settings } from '../../model/target.ts';
import { requestJson } from '../../platform/http.ts';
import type { Service } from '../../platform/network-error.ts';
import type { HttpPorts } from '../../platform/ports.ts';

const tokenAnswer = z.object({ access_token: z.string(), expires_in: z.number() });
const errorAnswer = z.object({ error: z.string() });

/** So close to its end a token is not used. */
const MARGIN_MS = 10_000;

export function auth0Service({ domain }: Auth0Settings): Service {
  return { name: 'Auth0', check: `Check it with: curl https://${domain}/.well-known/openid-configuration` };
}

/** Gives grantry's own token for the Management API, and fetches a new one when the old one is about to end. */
export class TokenSource {
  readonly #settings: Auth0Settings;
  readonly #ports: HttpPorts;
  #token: { readonly value: string; readonly goodUntil: number } | undefined;
  #pending: Promise<string> | undefined;

  constructor(settings: Auth0Settings, ports: HttpPorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  async get(): Promise<string> {
    if (this.#token !== undefined && this.#ports.clock.now() < this.#token.goodUntil) return this.#token.value;
    // Many requests in flight share one renewal.
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Drops the token if it is still the one that was refused. */
  forget(refused: string): void {
    if (this.#token?.value === refused) this.#token = undefined;
  }

  async #fetch(): Promise<string> {
    const { domain, auth } = this.#settings;
    const asked = this.#ports.clock.now();
    const response = await requestJson(
      {
        service: auth0Service(this.#settings),
        method: 'POST',
        url: `https://${domain}/oauth/token`,
        json: {
          grant_type: 'client_credentials',
          client_id: auth.clientId,
          client_secret: auth.clientSecret.reveal(),
          audience: `https://${domain}/api/v2/`,
        },
        idempotent: true,
      },
      this.#ports,
    );
    const answer = tokenAnswer.safeParse(response.body);
    if (response.status !== 200 || !answer.success) throw this.#refusal(response.status, response.body);
    const { access_token: value, expires_in: seconds } = answer.data;
    this.#token = { value, goodUntil: asked + Math.max(seconds * 500, seconds * 1000 - MARGIN_MS) };
    return value;
  }

  #refusal(status: number, body: unknown): GrantryError {
    const { domain, auth } = this.#settings;
    const error = errorAnswer.safeParse(body).data?.error;
    if (status >= 500 || status === 429 || error === undefined) {
      return new GrantryError('UNREACHABLE', `Auth0 ${domain} answers the token request with status ${status}`, {
        hint: `Is that the domain of an Auth0 tenant? ${auth0Service(this.#settings).check}`,
      });
    }
    return new GrantryError(
      'NOT_ALLOWED',
      `Auth0 ${domain} does not let the application ${auth.clientId} in: ${error}`,
      {
        hint: 'Check provider.auth0.auth, and that the application is authorised for the Auth0 Management API: docs/auth0.md.',
      },
    );
  }
}
