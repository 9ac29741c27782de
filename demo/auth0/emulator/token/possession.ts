/** Proof of possession at the token endpoint: RFC 9449, and which API and client ask for it. */
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { oauthError } from '../management/errors.ts';
import { objectOr } from '../json.ts';
import type { StoredClient, StoredResourceServer } from '../state.ts';
import type { Tenant } from '../tenant.ts';

/** How old a proof may be, in seconds. */
const LONGEST_PROOF = 300;

/** Checks proofs, and remembers them: each is good for one request. */
export class PossessionProofs {
  readonly #used = new Set<string>();

  /**
   * The thumbprint of the key that a token is to be bound to; undefined: it is for whoever bears it. By Auth0's table of what the
   * API and the client ask for, and of what was sent.
   */
  async thumbprint(
    proof: string | undefined,
    { client, server }: { readonly client: StoredClient; readonly server: StoredResourceServer },
    tenant: Tenant,
  ): Promise<string | undefined> {
    const policy = policyOf(server);
    if (policy === 'mtls') throw oauthError(400, 'invalid_request', 'A client certificate is required');
    const clientRequires = client.fields['require_proof_of_possession'] === true;
    if (proof === undefined) {
      if (policy !== 'required' && !clientRequires) return undefined;
      throw oauthError(400, tenant.switches.missingProof, 'DPoP proof is required');
    }
    const thumbprint = await this.#verified(proof, tenant);
    if (policy !== 'none') return thumbprint;
    if (clientRequires) throw oauthError(400, 'invalid_request', 'The API takes no sender-constrained tokens');
    return undefined;
  }

  async #verified(proof: string, tenant: Tenant): Promise<string> {
    try {
      const { payload, key } = await jwtVerify(proof, EmbeddedJWK, {
        typ: 'dpop+jwt',
        maxTokenAge: LONGEST_PROOF,
        clockTolerance: 10,
        currentDate: new Date(tenant.now()),
        requiredClaims: ['jti', 'htm', 'htu'],
      });
      const { jti = '', htm, htu } = payload;
      const isForThis = htm === 'POST' && htu === `https://${tenant.domain}/oauth/token`;
      if (!isForThis || this.#used.has(jti)) throw new TypeError('a proof of something else, or a used one');
      this.#used.add(jti);
      return await calculateJwkThumbprint(key);
    } catch (error) {
      throw Object.assign(oauthError(400, 'invalid_dpop_proof', 'DPoP proof is invalid'), { cause: error });
    }
  }
}

/** Applications here are confidential: what is asked of public ones alone does not concern them. */
function policyOf({ fields }: StoredResourceServer): 'none' | 'allowed' | 'required' | 'mtls' {
  const { mechanism, required, required_for: of } = objectOr(fields['proof_of_possession']);
  if (mechanism === undefined) return 'none';
  // Nobody comes with a certificate here.
  if (mechanism === 'mtls' && required === true) return 'mtls';
  return required === true && of !== 'public_clients' ? 'required' : 'allowed';
}
