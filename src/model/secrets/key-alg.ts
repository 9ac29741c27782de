/** What assertions of clients are signed with (RFC 7518 section 3.1, RFC 8037 section 3.1). */
export const KEY_ALGS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export type KeyAlg = (typeof KEY_ALGS)[number];

/** Where a manifest names none: every provider takes it. */
export const DEFAULT_KEY_ALG: KeyAlg = 'RS256';
