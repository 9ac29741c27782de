import * as oauth from 'oauth4webapi';

/**
 * The key that token requests prove possession of (RFC 9449). It is made when the first request needs it, never leaves the memory of
 * this run, and is nobody's credential: a token that is bound to it is of use to nobody else.
 */
export class PossessionKey {
  #handle: Promise<oauth.DPoPHandle> | undefined;

  /** What adds proofs to requests. */
  async handle(): Promise<oauth.DPoPHandle> {
    this.#handle ??= oauth.generateKeyPair('ES256').then((keys) => oauth.DPoP({}, keys));
    return this.#handle;
  }

  /** RFC 7638, SHA-256: what the claim `cnf.jkt` of a token that is bound to it says. */
  async thumbprint(): Promise<string> {
    return (await this.handle()).calculateThumbprint();
  }
}
