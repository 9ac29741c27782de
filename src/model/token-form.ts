/** How the issuer may sign access tokens (RFC 7518, RFC 8037): by key pairs alone, for whoever can check an HS256 can forge it. */
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

/** The header `typ` of access tokens: `at+jwt` is that of RFC 9068. */
export const TOKEN_TYPES = ['JWT', 'at+jwt'] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];

/** What ties a token to the client that asked for it: RFC 9449. */
export type SenderConstraint = 'dpop';

/** A constant in tokens. */
export type ClaimValue = string | number | boolean;
