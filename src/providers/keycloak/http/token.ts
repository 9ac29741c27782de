import { z } from 'zod';
import { requestJson } from '../../../platform/http.ts';
import type { HttpResponse } from '../../../platform/http.ts';
import type { Ports } from '../../../platform/ports.ts';
import { OwnToken, tokenIn } from '../../own-token.ts';
import type { GivenToken } from '../../own-token.ts';
import { readEndpoints } from '../endpoints.ts';
import { explainNoToken, saysReused } from '../login/explain.ts';
import { presentAccount } from '../login/present.ts';
import type { Presented } from '../login/present.ts';
import type { KeycloakSettings } from '../settings.ts';
import { ADMIN_API_SCOPE, hasAdminApiScope } from './own-rights.ts';
import { keycloakService } from './service.ts';

/** grantry's own token for the Admin API; that of `admin-cli` lives 60 seconds by default. */
export function adminToken(settings: KeycloakSettings, ports: Ports): OwnToken {
  const login = new Login(settings, ports);
  let scope: string | undefined;
  let mayHelp = true;
  return new OwnToken(async (refused) => {
    // A client that has the scope by default needs not ask, and where it may not be asked for that is an error: so it is asked
    // for only once a token without it was refused.
    if (refused === undefined || !mayHelp || scope !== undefined || hasAdminApiScope(refused))
      return login.tokenOf(await login.ask(scope));
    const answer = await login.ask(ADMIN_API_SCOPE);
    if (invalidScope.safeParse(answer.response.body).success) {
      mayHelp = false;
      return login.tokenOf(await login.ask());
    }
    scope = ADMIN_API_SCOPE;
    return login.tokenOf(answer);
  }, ports.clock);
}

/** RFC 6749 section 5.2. */
const invalidScope = z.object({ error: z.literal('invalid_scope') });

/** What the token endpoint says, and to what. */
interface LoginAnswer {
  readonly response: HttpResponse;
  readonly presented: Presented;
}

/** The logins of one account, one after the other. */
class Login {
  readonly #settings: KeycloakSettings;
  readonly #ports: Ports;
  #issuer: Promise<string> | undefined;
  #hadToken = false;

  constructor(settings: KeycloakSettings, ports: Ports) {
    this.#settings = settings;
    this.#ports = ports;
  }

  async ask(scope?: string): Promise<LoginAnswer> {
    const answer = await this.#send(scope);
    // A request is repeated when its answer was lost, and an assertion that the server has seen is of no more use.
    return this.#makesAssertions() && saysReused(answer.response) ? this.#send(scope) : answer;
  }

  tokenOf({ response, presented }: LoginAnswer): GivenToken {
    const token = tokenIn(response);
    if (token === undefined) {
      const now = this.#ports.clock.now();
      throw explainNoToken(this.#settings, response, { claims: presented.claims, now, hadToken: this.#hadToken });
    }
    this.#hadToken = true;
    return token;
  }

  #makesAssertions(): boolean {
    const { kind } = this.#settings.auth;
    return kind === 'key' || kind === 'github';
  }

  async #send(scope: string | undefined): Promise<LoginAnswer> {
    const { url, auth } = this.#settings;
    const presented = await presentAccount(auth, { ports: this.#ports, issuer: () => this.#realmIssuer() });
    const response = await requestJson(
      {
        service: keycloakService(this.#settings),
        method: 'POST',
        url: `${url}/realms/${encodeURIComponent(auth.realm)}/protocol/openid-connect/token`,
        form: { ...presented.form, ...(scope === undefined ? {} : { scope }) },
        idempotent: true,
      },
      this.#ports,
    );
    return { response, presented };
  }

  /** Of the realm that the account lives in; what could not be read is asked for again. */
  async #realmIssuer(): Promise<string> {
    const { auth } = this.#settings;
    this.#issuer ??= readEndpoints(this.#settings, this.#ports, auth.realm).then(({ issuer }) => issuer);
    return this.#issuer.catch((error: unknown) => {
      this.#issuer = undefined;
      throw error;
    });
  }
}
