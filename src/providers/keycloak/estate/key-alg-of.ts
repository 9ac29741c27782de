import { KEY_ALGS } from '../../../model/secrets/key-alg.ts';
import type { KeyAlg } from '../../../model/secrets/key-alg.ts';
import { parseKeys } from '../convert/keys.ts';
import type { KeycloakJwk } from '../convert/keys.ts';
import { ATTRIBUTE } from '../convert/marks.ts';
import type { Attributes } from '../convert/marks.ts';

/** What assertions of a client are signed with, or why no manifest can say it, as the end of `It authenticates …`. */
type FoundAlg = { readonly alg: KeyAlg } | { readonly why: string };

/** What the client is bound to; where that is nothing, what its keys are for. */
export function keyAlgOf(attributes: Attributes): FoundAlg {
  const { present, previous, others } = parseKeys(attributes);
  const found: readonly (KeycloakJwk | undefined)[] = [present, ...previous, ...others].map((key) => key?.jwk);
  const keys = found.filter((jwk) => jwk !== undefined);
  if (keys.length === 0) return { why: 'by a key, and has none that can be read' };
  const bound = attributes[ATTRIBUTE.signingAlg];
  if (bound) return isKeyAlg(bound) ? { alg: bound } : { why: `by assertions that are signed with ${bound}` };
  const algs = new Set(keys.map((key) => algOfKey(key)));
  const [alg, ...more] = algs;
  if (alg !== undefined && more.length === 0) return { alg };
  return { why: 'by keys of several kinds, or of none that is known' };
}

function isKeyAlg(text: string): text is KeyAlg {
  return KEY_ALGS.some((alg) => alg === text);
}

/** What the key itself says, else what its kind is for (RFC 7518 section 6.1, RFC 8037 section 2). */
function algOfKey({ alg, kty, crv }: KeycloakJwk): KeyAlg | undefined {
  if (typeof alg === 'string') return isKeyAlg(alg) ? alg : undefined;
  if (kty === 'RSA') return 'RS256';
  if (kty === 'EC' && crv === 'P-256') return 'ES256';
  return kty === 'OKP' ? 'EdDSA' : undefined;
}
