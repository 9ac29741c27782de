import type { Secret } from '../../model/secrets/secret.ts';
import type { VaultSettings } from './settings.ts';
import type { HttpResponse } from '../../platform/http.ts';
import type { Ports } from '../../platform/ports.ts';
import { login, lookUp, renew } from './auth.ts';
import type { Lease } from './auth.ts';
import { saysInvalidToken } from './errors.ts';
import type { VaultCall, VaultTransport } from './transport.ts';

/** Sends a call with a token that is kept alive; logs in again when the server has forgotten it. */
export type VaultSession = (call: VaultCall) => Promise<HttpResponse>;

/** Logs in unless that was done before, or looks the static token up, and returns the session. */
export async function openSession(login: VaultLogin, send: VaultTransport): Promise<VaultSession> {
  await login.token();
  return async (call) => {
    const token = await login.token();
    const response = await send(call, token);
    const again = response.status === 403 && (await login.replace(token, response));
    return again ? send(call, await login.token()) : response;
  };
}

/** Holds the token of one run. Calls that need a new one at the same time share one login. */
export class VaultLogin {
  readonly #settings: VaultSettings;
  readonly #send: VaultTransport;
  readonly #ports: Ports;
  #lease: Lease | undefined;
  /** Milliseconds since the epoch; undefined: never. */
  #renewAt: number | undefined;
  #pending: Promise<void> | undefined;

  constructor(settings: VaultSettings, send: VaultTransport, ports: Ports) {
    this.#settings = settings;
    this.#send = send;
    this.#ports = ports;
  }

  /** A token that is still good for a while. */
  async token(): Promise<Secret> {
    if (this.#lease === undefined) {
      await this.#share(() => this.#acquire());
    } else if (this.#renewAt !== undefined && this.#ports.clock.now() >= this.#renewAt) {
      await this.#share(() => this.#renew());
    }
    if (this.#lease === undefined) {
      throw new Error('a login ended without a token');
    }
    return this.#lease.token;
  }

  /** After a 403: whether there is another token now, with which to repeat the call. */
  async replace(refused: Secret, response: HttpResponse): Promise<boolean> {
    if (this.#settings.auth.kind === 'token') {
      return false;
    }
    if (this.#lease?.token.equals(refused) === true) {
      if (!(await this.#isDead(refused, response))) {
        return false;
      }
      // Meanwhile another call may have got a new one.
      if (this.#lease.token.equals(refused)) await this.#share(() => this.#acquire());
    }
    return true;
  }

  /** Vault before 1.15 says "permission denied" for a dead token as well: then the token is asked after. */
  async #isDead(token: Secret, response: HttpResponse): Promise<boolean> {
    if (saysInvalidToken(response)) {
      return true;
    }
    return (await this.#send({ method: 'GET', path: 'auth/token/lookup-self' }, token)).status === 403;
  }

  async #acquire(): Promise<void> {
    const { auth } = this.#settings;
    this.#hold(
      auth.kind === 'token'
        ? await lookUp(auth.token, this.#settings, this.#send)
        : await login(auth, this.#settings, this.#send, this.#ports),
    );
  }

  async #renew(): Promise<void> {
    const lease = this.#lease;
    if (lease === undefined) {
      return;
    }
    const renewed = lease.renewable ? await renew(lease.token, this.#settings, this.#send) : undefined;
    const isStatic = this.#settings.auth.kind === 'token';
    // Near its maximum life a token is renewed for less than was asked: a new login is better than many renewals.
    if (renewed !== undefined && (isStatic || renewed.ttl * 2 >= lease.ttl)) {
      this.#hold({ ...renewed, token: lease.token });
    } else if (isStatic) {
      this.#renewAt = undefined;
    } else {
      await this.#acquire();
    }
  }

  #hold(lease: Lease): void {
    this.#lease = lease;
    // Two thirds in: early enough for a slow server, late enough to be rare.
    this.#renewAt = lease.ttl > 0 ? this.#ports.clock.now() + (lease.ttl * 2000) / 3 : undefined;
  }

  #share(work: () => Promise<void>): Promise<void> {
    this.#pending ??= work().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }
}
