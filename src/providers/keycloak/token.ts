import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import type { KeycloakSettings } from '../../model/target.ts';
import { requestJson } from '../../platform/http.ts';
import type { Service } from '../../platform/network-error.ts';
import type { HttpPorts } from '../../platform/ports.ts';

const tokenAnswer = z.object({ access_token: z.string(), expires_in: z.number() });
const errorAnswer = z.object({ error: z.string() });

/** A token of `admin-cli` lives 60 seconds by default, so a long run must renew it; so close to its end it is not used. */
const MARGIN_MS = 10_000;

export function keycloakService(settings: KeycloakSettings): Service {
  return {
    name: 'Keycloak',
    check: `Check it with: curl ${settings.url}/realms/${encodeURIComponent(settings.auth.realm)}`,
  };
}

/** Gives grantry's own access token, and fetches a new one when the old one is about to end or was refused. */
export class TokenSource {
  readonly #settings: KeycloakSettings;
  readonly #ports: HttpPorts;
  #token: { readonly value: string; readonly goodUntil: number } | undefined;
  #pending: Promise<string> | undefined;

  constructor(settings: KeycloakSettings, ports: HttpPorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  async getAccessToken(): Promise<string> {
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
    const { url, auth } = this.#settings;
    const asked = this.#ports.clock.now();
    const response = await requestJson(
      {
        service: keycloakService(this.#settings),
        method: 'POST',
        url: `${url}/realms/${encodeURIComponent(auth.realm)}/protocol/openid-connect/token`,
        form: tokenForm(auth),
        idempotent: true,
      },
      this.#ports,
    );
    if (response.status !== 200) throw this.#refusal(response.status, response.body);
    const answer = tokenAnswer.safeParse(response.body);
    if (!answer.success) throw this.#refusal(response.status, undefined);
    const { access_token: value, expires_in: seconds } = answer.data;
    this.#token = { value, goodUntil: asked + Math.max(seconds * 500, seconds * 1000 - MARGIN_MS) };
    return value;
  }

  #refusal(status: number, body: unknown): GrantryError {
    const { url, auth, realm } = this.#settings;
    const where = `Keycloak at ${url}`;
    if (status === 404) {
      return new GrantryError('NOT_ALLOWED', `${where} has no realm ${auth.realm}`, {
        hint: `Create the realm, or correct provider.keycloak.${auth.realm === realm ? 'realm' : 'auth.realm'} in the Target.`,
      });
    }
    const who = auth.kind === 'client' ? `client ${auth.clientId}` : `user ${auth.username}`;
    const error = errorAnswer.safeParse(body).data?.error;
    if (status >= 500 || error === undefined) {
      return new GrantryError('UNREACHABLE', `${where} answers the token request of ${who} with status ${status}`, {
        hint: `Is that the base URL of a Keycloak server? ${keycloakService(this.#settings).check}`,
      });
    }
    return new GrantryError('NOT_ALLOWED', `${where} does not let ${who} of realm ${auth.realm} in: ${error}`, {
      hint:
        auth.kind === 'client'
          ? 'Check provider.keycloak.auth: the client must be confidential, with service accounts enabled, and the secret current.'
          : 'Check provider.keycloak.auth: user name, password and realm.',
    });
  }
}

function tokenForm(auth: KeycloakSettings['auth']): Record<string, string> {
  return auth.kind === 'client'
    ? { grant_type: 'client_credentials', client_id: auth.clientId, client_secret: auth.clientSecret.reveal() }
    : { grant_type: 'password', client_id: 'admin-cli', username: auth.username, password: auth.password.reveal() };
}
