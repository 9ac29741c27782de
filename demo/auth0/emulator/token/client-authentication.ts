/** How a client proves at the token endpoint who it is: by its secret, or by an assertion signed with its key. */
import { timingSafeEqual } from 'node:crypto';
import { isGenuine, readAssertion, refused } from './client-assertion.ts';
import { oauthError } from '../management/errors.ts';
import type { Refusal } from '../management/errors.ts';
import type { StoredClient } from '../state.ts';
import type { Tenant } from '../tenant.ts';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What came with a token request. */
export interface PresentedCredentials {
  readonly clientId: string | undefined;
  readonly secret: string | undefined;
  readonly assertion: string | undefined;
}

/** Checks credentials, and remembers which assertions were used: each is good for one request. */
export class ClientAuthentication {
  readonly #used = new Set<string>();

  async authenticate(presented: PresentedCredentials, tenant: Tenant): Promise<StoredClient> {
    if (presented.assertion !== undefined) return this.#byAssertion(presented.assertion, presented.clientId, tenant);
    const client = tenant.state.clients.get(presented.clientId ?? '');
    if (client === undefined || presented.secret === undefined) throw unauthorized();
    if (client.fields['client_authentication_methods'] !== undefined) throw unauthorized();
    if (!isSecretOf(client, presented.secret, tenant.now())) throw unauthorized();
    return client;
  }

  async #byAssertion(text: string, clientId: string | undefined, tenant: Tenant): Promise<StoredClient> {
    const assertion = readAssertion(text, tenant.now());
    const client = tenant.state.clients.get(assertion.clientId);
    if (client === undefined || (clientId !== undefined && clientId !== client.id)) throw refused('unknown client');
    if (!(await isGenuine(assertion, client, tenant))) throw refused('no key of the client verifies the assertion');
    const use = `${client.id} ${assertion.jti}`;
    if (this.#used.has(use)) throw refused("'jti' was used before");
    this.#used.add(use);
    return client;
  }
}

function isSecretOf({ fields, retired }: StoredClient, secret: string, now: number): boolean {
  const current = fields['client_secret'];
  if (typeof current === 'string' && isEqual(current, secret)) return true;
  return retired !== undefined && retired.until > now && isEqual(retired.secret, secret);
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function unauthorized(): Refusal {
  return oauthError(401, 'access_denied', 'Unauthorized');
}
