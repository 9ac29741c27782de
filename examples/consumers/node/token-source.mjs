/**
 * A service's access tokens, by the credential that grantry keeps in the store: through a rotation, too.
 * Needs Node 20 or later and `npm install oauth4webapi@3`.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as oauth from 'oauth4webapi';

/** Reads the document from Vault. `path` is such as `secret/data/m2m/team-checkout/order-service`. */
export function fromVault({ address, path, tokenFile }) {
  return async () => {
    const token = (await readFile(tokenFile, 'utf8')).trim(); // at every reading: whoever keeps the file renews the token
    const response = await fetch(`${address}/v1/${path}`, {
      headers: { 'x-vault-token': token },
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`Vault answers with status ${response.status} for ${path}`);
    return (await response.json()).data.data;
  };
}

/** Reads the document from a file, as Vault Agent renders it. */
export function fromFile(path) {
  return async () => {
    const text = await readFile(path, 'utf8');
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`${path} is not JSON`); // the parser's own error would quote the file
    }
  };
}

/** Reads the document from a folder with a file for each key, as a Secret of Kubernetes is mounted. */
export function fromFolder(folder) {
  return async () => {
    // Beside the keys lie `..data` and the like, by which Kubernetes changes all of them at once.
    const keys = (await readdir(folder)).filter((name) => !name.startsWith('..'));
    const entries = keys.map(async (key) => [key, await readFile(join(folder, key), 'utf8')]);
    return Object.fromEntries(await Promise.all(entries));
  };
}

export class TokenSource {
  #read;
  #readEveryMs;
  #parameters;
  #dpop;
  /** In memory only. */
  #document;
  #readAt = 0;
  #held;
  #renewing;
  #failures = 0;
  #notBefore = 0;

  /**
   * `scope`: what is only given on request. `audience`: on Auth0, which Api the token is for. `readEveryMs`: far shorter
   * than the overlap of a rotation. `dpop`: where an API takes no token without a proof of possession, what `oauth.DPoP` gives.
   */
  constructor(read, { scope, audience, dpop, readEveryMs = 10 * 60_000 } = {}) {
    this.#read = read;
    this.#readEveryMs = readEveryMs;
    this.#dpop = dpop;
    this.#parameters = Object.entries({ scope, audience }).filter(([, value]) => value !== undefined);
  }

  /** The same token until shortly before it expires, then a new one. */
  async token() {
    if (this.#held !== undefined && Date.now() < this.#held.renewAt) return this.#held.token;
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined)); // one at a time, however many callers wait
    try {
      return await this.#renewing;
    } catch (error) {
      if (this.#held !== undefined && Date.now() < this.#held.expiresAt) return this.#held.token; // good for a while yet
      throw error;
    }
  }

  /** For a token that an API answered with 401 to: the next call of `token` asks for another, but not again and again. */
  discard(token) {
    if (this.#held?.token === token && Date.now() > this.#held.since + 5_000) this.#held = undefined;
  }

  async #renew() {
    if (Date.now() < this.#notBefore) throw new Error('no token, and it is too early to ask again');
    try {
      const answer = await this.#ask();
      const lifetime = (answer.expires_in ?? 60) * 1000;
      const now = Date.now();
      this.#held = {
        token: answer.access_token,
        since: now,
        renewAt: now + Math.max(lifetime - 90_000, lifetime / 2),
        expiresAt: now + lifetime - 5_000,
      };
      this.#failures = 0;
      return answer.access_token;
    } catch (error) {
      // 1 s, 2 s, 4 s, 8 s, then 15 s, each up to half shorter, so that the instances of a service do not march in step.
      const wait = Math.min(15_000, 1000 * 2 ** this.#failures) * (1 - Math.random() / 2);
      this.#failures += 1;
      this.#notBefore = Date.now() + wait;
      throw error;
    }
  }

  async #ask() {
    const document = await this.#current();
    const [first] = credentialsOf(document);
    const answer = first === undefined ? undefined : await this.#request(document, first);
    if (answer !== undefined) return answer;
    // Refused: the credential has been changed since it was read. So it is read again, once.
    await this.#refresh();
    for (const candidate of credentialsOf(this.#document)) {
      if (candidate.value === first?.value) continue;
      const answer = await this.#request(this.#document, candidate);
      if (answer === undefined) continue;
      this.#document = { ...this.#document, ...candidate.asPresent }; // the next time it is tried first
      return answer;
    }
    throw new Error(`the token endpoint refuses the credential of ${document.client_id}`);
  }

  /** The document in memory, read again on schedule. A store that is away for a while does no harm to who has a document. */
  async #current() {
    if (this.#document === undefined) {
      await this.#refresh();
    } else if (Date.now() - this.#readAt > this.#readEveryMs) {
      await this.#refresh().catch(() => undefined);
    }
    return this.#document;
  }

  async #refresh() {
    this.#document = await this.#read();
    this.#readAt = Date.now();
  }

  /** Undefined when it is the client that is refused; throws for everything else. */
  async #request(document, credential) {
    const server = { issuer: document.issuer, token_endpoint: document.token_url };
    const client = { client_id: document.client_id };
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      await credential.authenticate(document),
      new URLSearchParams(this.#parameters),
      {
        signal: AbortSignal.timeout(30_000),
        ...(this.#dpop === undefined ? {} : { DPoP: this.#dpop }),
        [oauth.allowInsecureRequests]: new URL(document.token_url).hostname === 'localhost', // for trying it out
      },
    );
    if (await refusesClient(response)) {
      await response.body?.cancel();
      return undefined;
    }
    return oauth.processClientCredentialsResponse(server, client, response);
  }
}

/** A secret is refused with 401. Of a key that it does not know any more a server may say 400 `invalid_client`. */
async function refusesClient(response) {
  if (response.status !== 400) return response.status === 401;
  const { error } = await response
    .clone()
    .json()
    .catch(() => ({}));
  return error === 'invalid_client';
}

/** What of a document can be tried, the present credential first. */
function credentialsOf(document) {
  return ['', '_next'].flatMap((slot) => {
    const key = document[`private_key${slot}`];
    const secret = document[`client_secret${slot}`];
    if (key !== undefined) return [byKey(key, document[`key_id${slot}`], document[`key_alg${slot}`])];
    return secret === undefined ? [] : [bySecret(secret)];
  });
}

function bySecret(secret) {
  return {
    value: secret,
    asPresent: { client_secret: secret },
    authenticate: async ({ auth_method: method }) =>
      method === 'client_secret_post' ? oauth.ClientSecretPost(secret) : oauth.ClientSecretBasic(secret),
  };
}

const ALGORITHMS = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  EdDSA: { name: 'Ed25519' },
};

/** An assertion signed with the key, in place of a secret (RFC 7523): a new one for each request. */
function byKey(pem, kid, alg) {
  return {
    value: pem,
    asPresent: { private_key: pem, key_id: kid, key_alg: alg },
    authenticate: async ({ assertion_audience: audience }) => {
      const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
      const key = await crypto.subtle.importKey('pkcs8', der, ALGORITHMS[alg], false, ['sign']);
      return oauth.PrivateKeyJwt(
        { key, kid },
        {
          [oauth.modifyAssertion](header, payload) {
            header.alg = alg;
            payload.aud = audience;
          },
        },
      );
    },
  };
}
