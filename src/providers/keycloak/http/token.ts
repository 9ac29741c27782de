import { z } from 'zod';
import { requestJson } from '../../../platform/http.ts';
import type { HttpResponse } from '../../../platform/http.ts';
import type { Ports } from '../../../platform/ports.ts';
import { OwnToken, tokenIn } from '../../own-token.ts';
import type { GivenToken } from '../../own-token.ts';
import { readEndpoints } from '../endpoints.ts';
import type { AssertionClaims } from '../login/assertion-claims.ts';
import { explainNoToken } from '../login/explain.ts';
import { presentAccount } from '../login/present.ts';
import type { Presented } from '../login/present.ts';
import { trustedIssuer } from '../login/trusted-issuer.ts';
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

/** What the token endpoint says, and to which assertion. */
interface LoginAnswer {
  readonly response: HttpResponse;
  readonly claims: AssertionClaims | undefined;
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

  tokenOf({ response, claims }: LoginAnswer): GivenToken {
    const token = tokenIn(response);
    if (token === undefined) {
      const now = this.#ports.clock.now();
      throw explainNoToken(this.#settings, response, { claims, now, hadToken: this.#hadToken });
    }
    this.#hadToken = true;
    return token;
  }

  async ask(scope?: string): Promise<LoginAnswer> {
    const { url, auth } = this.#settings;
    let presented: Presented | undefined;
    const response = await requestJson(
      {
        service: keycloakService(this.#settings),
        method: 'POST',
        url: `${url}/realms/${encodeURIComponent(auth.realm)}/protocol/openid-connect/token`,
        // The server takes an assertion once, also where its answer was lost.
        form: async () => {
          presented = await presentAccount(auth, { ports: this.#ports, issuer: () => this.#realmIssuer() });
          return { ...presented.form, ...(scope === undefined ? {} : { scope }) };
        },
        idempotent: true,
      },
      this.#ports,
    );
    return { response, claims: presented?.claims };
  }

  /** Of the realm that the account lives in; what could not be read is asked for again. */
  async #realmIssuer(): Promise<string> {
    const { auth } = this.#settings;
    this.#issuer ??= readEndpoints(this.#settings, this.#ports, auth.realm).then(({ issuer }) =>
      trustedIssuer(this.#settings, issuer),
    );
    return this.#issuer.catch((error: unknown) => {
      this.#issuer = undefined;
      throw error;
    });
  }
}
