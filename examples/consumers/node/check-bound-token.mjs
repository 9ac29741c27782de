/**
 * For an API: checks that a request comes from the one that its token was issued to (DPoP, RFC 9449 section 4.3).
 * Needs Node 20 or later and `npm install jose@6`.
 */
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, createRemoteJWKSet, EmbeddedJWK, jwtVerify } from 'jose';

/** Seconds. A proof is made for one request: it need not live long, but clocks differ. */
const PROOF_LIVES = 60;

/** `keySet`: the issuer's `jwks_uri`. `algorithms`: those that the API's tokens are signed with. */
export function makeCheck({ issuer, keySet, audience, algorithms }) {
  const keys = createRemoteJWKSet(new URL(keySet));
  /** Proofs that were used, and when they may be forgotten. Several instances of an API share this, in a cache with an expiry. */
  const used = new Map();

  function isNew(jti) {
    const now = Date.now();
    for (const [old, until] of used) if (until < now) used.delete(old);
    if (used.has(jti)) return false;
    used.set(jti, now + 2 * PROOF_LIVES * 1000);
    return true;
  }

  /** The claims of the token. Throws for every other request. `url` is the one that callers use, without its query. */
  return async function check({ method, url, authorization = '', dpop = '' }) {
    const token = /^DPoP (\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw new Error('a token that is bound to a key comes as "Authorization: DPoP …"');
    const { payload: claims } = await jwtVerify(token, keys, { issuer, audience, algorithms });
    const { payload: proof, key } = await jwtVerify(dpop, EmbeddedJWK, {
      typ: 'dpop+jwt',
      maxTokenAge: PROOF_LIVES,
      clockTolerance: 5,
    });
    if ((await calculateJwkThumbprint(key)) !== claims.cnf?.jkt)
      throw new Error('the proof is of another key than the token');
    if (proof.htm !== method || proof.htu !== url) throw new Error('the proof is for another request');
    if (proof.ath !== createHash('sha256').update(token).digest('base64url'))
      throw new Error('the proof is for another token');
    if (typeof proof.jti !== 'string' || !isNew(proof.jti)) throw new Error('the proof was used before');
    return claims;
  };
}
