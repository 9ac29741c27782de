/** Signatures by key pairs (RFC 7518 section 3.1, RFC 8037): whoever can check one by a shared secret, such as HS256, can forge it. */
export const SIGNING_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];
