import { createRemoteJWKSet, customFetch as joseFetch, errors, jwtVerify } from 'jose';
import type { JWTHeaderParameters, JWTPayload } from 'jose';
import * as oauth from 'oauth4webapi';
import { authenticate } from '../../credentials/registry.ts';
import type { AuthMethod } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';
import { rememberSecret } from '../../model/secrets/known-secrets.ts';
import type { Endpoints } from '../../model/state.ts';
import { MAX_ANSWER, exchange } from '../../platform/exchange.ts';
import { againFor, asGrantryError } from '../../platform/http.ts';
import { printableUrl } from '../../platform/network-error.ts';
import type { Service } from '../../platform/network-error.ts';
import { oauthErrorIn } from '../../platform/oauth-error.ts';
import type { OAuthError } from '../../platform/oauth-error.ts';
import type { HttpPorts } from '../../platform/ports.ts';
import { retry } from '../../platform/retry.ts';
import type { Denial } from '../../providers/provider.ts';
import type { Login } from '../places/stored-credential.ts';
import { PossessionKey } from './possession.ts';

/** A refusal of the authorization server. */
export interface Refusal extends OAuthError {
  readonly status: number;
}

/** Whether it is the credential that is refused. RFC 6749 wants 401 for that; a 400 is about the request. */
export function refusesCredential({ status, error }: Refusal): boolean {
  return status === 401 || error === 'invalid_client';
}

/** Whether the server refuses in this way. */
export function isDenial({ status, error }: Refusal, denial: Denial): boolean {
  return status === denial.status && error === denial.error;
}

/** `401 invalid_client: Invalid client credentials`. */
export function describeRefusal({ status, error, why }: Refusal): string {
  return `${status} ${error}${why}`;
}

/** What is asked for. */
export interface TokenRequest {
  /** Beside grant type and credential (RFC 6749 section 4.4.2). */
  readonly parameters: Readonly<Record<string, string>>;
  /** The request proves possession of a key (RFC 9449). */
  readonly isBound?: boolean | undefined;
}

/** `type`: the token_type of the answer in lower case, where it was looked at. */
export type TokenAnswer = { readonly token: string; readonly type?: string } | { readonly refused: Refusal };

/** A token whose signature and issuer are good. */
export interface VerifiedToken {
  readonly header: JWTHeaderParameters;
  readonly payload: JWTPayload;
}

/** Asks the real token endpoint for tokens and checks them as a resource server would. */
export class TokenClient {
  readonly #endpoints: Endpoints;
  readonly #ports: HttpPorts;
  readonly #server: oauth.AuthorizationServer;
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;
  readonly #service: Service;
  readonly #possession = new PossessionKey();

  constructor(endpoints: Endpoints, ports: HttpPorts) {
    this.#endpoints = endpoints;
    this.#ports = ports;
    this.#service = { name: 'The token endpoint', check: `Check it with: curl -i ${endpoints.token}` };
    this.#server = {
      issuer: endpoints.issuer,
      token_endpoint: endpoints.token,
      ...(endpoints.introspection === undefined ? {} : { introspection_endpoint: endpoints.introspection }),
    };
    this.#keys = createRemoteJWKSet(new URL(endpoints.jwks), {
      [joseFetch]: (url, init) => this.#fetchKeys(url, init),
      // A server may make the key for an algorithm when it first signs with it.
      cooldownDuration: 0,
    });
  }

  /** A client_credentials request (RFC 6749 section 4.4). */
  async request(
    { clientId, credential }: Login,
    auth: AuthMethod,
    { parameters, isBound = false }: TokenRequest,
  ): Promise<TokenAnswer> {
    const client = { client_id: clientId };
    const proof = isBound ? { DPoP: await this.#possession.handle() } : {};
    const send = async (): Promise<Response> =>
      oauth.clientCredentialsGrantRequest(
        this.#server,
        client,
        authenticate(credential, auth),
        new URLSearchParams(parameters),
        { ...this.#options(), ...proof },
      );
    const first = await this.#send(send);
    // The nonce that such an answer brings is in the next proof (RFC 9449 section 8).
    const response = isBound && (await asksForNonce(first)) ? await this.#send(send) : first;
    if (!response.ok) return { refused: await refusalOf(response) };
    const answer = await oauth.processClientCredentialsResponse(this.#server, client, response);
    rememberSecret(answer.access_token);
    return { token: answer.access_token, type: answer.token_type };
  }

  /** What a token says of the key that it is bound to, where it is bound to the one of this client: `cnf.jkt`. */
  async thumbprint(): Promise<string> {
    return this.#possession.thumbprint();
  }

  /** Whether the token is active for this introspecting client (RFC 7662). */
  async introspect(token: string, { clientId, credential }: Login, auth: AuthMethod): Promise<boolean | Refusal> {
    const client = { client_id: clientId };
    const send = async (): Promise<Response> =>
      oauth.introspectionRequest(this.#server, client, authenticate(credential, auth), token, this.#options());
    const response = await this.#send(send);
    if (!response.ok) return refusalOf(response);
    return (await oauth.processIntrospectionResponse(this.#server, client, response)).active;
  }

  /** What it says, once signature and issuer are found good; throws jose's errors otherwise. */
  async verify(token: string): Promise<VerifiedToken> {
    const options = { issuer: this.#endpoints.issuer, clockTolerance: 5 };
    const check = async (): Promise<VerifiedToken> => {
      const { payload, protectedHeader: header } = await jwtVerify(token, this.#keys, options);
      return { header, payload };
    };
    return check().catch((error: unknown) => {
      // jose may have waited for a request that another token began, before there was the key of this one.
      if (error instanceof errors.JWKSNoMatchingKey) return check();
      throw error;
    });
  }

  /** Asking twice for a token does no harm. */
  async #send(send: () => Promise<Response>): Promise<Response> {
    const response = await this.#persist(send, this.#service, this.#endpoints.token);
    // Of a proxy, or of a server that is busy: it says nothing of the client.
    if (OUT_OF_ORDER.has(response.status)) throw outOfOrder(this.#service, this.#endpoints.token, response.status);
    return response;
  }

  async #fetchKeys(url: string, init: RequestInit): Promise<Response> {
    const { jwks } = this.#endpoints;
    const service = { name: 'The key set of the issuer', check: `Check it with: curl -i ${jwks}` };
    const response = await this.#persist(() => this.#ask(url, init), service, jwks);
    if (response.status !== 200) throw outOfOrder(service, jwks, response.status);
    return response;
  }

  async #persist(send: () => Promise<Response>, service: Service, url: string): Promise<Response> {
    const { clock, signal } = this.#ports;
    return retry(send, (outcome) => againFor(true, outcome, clock.now()), this.#ports).catch((error: unknown) => {
      throw asGrantryError(error, service, url, signal);
    });
  }

  async #ask(url: string, init: RequestInit): Promise<Response> {
    return exchange(this.#ports, url, init, { timeoutMs: TIMEOUT_MS, maxBytes: MAX_ANSWER.object });
  }

  #options(): {
    [oauth.allowInsecureRequests]: boolean;
    [oauth.customFetch]: (url: string, init: RequestInit) => Promise<Response>;
  } {
    return {
      // Whether http may be used at all was decided when the Target was read.
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: (url, init) => this.#ask(url, init),
    };
  }
}

const TIMEOUT_MS = 30_000;

const OUT_OF_ORDER: ReadonlySet<number> = new Set([429, 502, 503, 504]);

function outOfOrder({ name, check }: Service, url: string, status: number): GrantryError {
  return new GrantryError('UNREACHABLE', `${name} at ${printableUrl(url)} answers with status ${status}`, {
    hint: check,
  });
}

async function asksForNonce(response: Response): Promise<boolean> {
  if (response.ok) return false;
  return (await refusalOf(response.clone())).error === 'use_dpop_nonce';
}

async function refusalOf(response: Response): Promise<Refusal> {
  const body: unknown = await response.json().catch(() => undefined);
  return { status: response.status, ...(oauthErrorIn(body) ?? { error: 'no error code', why: '' }) };
}
