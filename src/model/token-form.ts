/** The header `typ` of access tokens: `at+jwt` is that of RFC 9068. */
export const TOKEN_TYPES = ['JWT', 'at+jwt'] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];

/** What ties a token to the client that asked for it: RFC 9449. */
export type SenderConstraint = 'dpop';

/** A constant in tokens. */
export type ClaimValue = string | number | boolean;
