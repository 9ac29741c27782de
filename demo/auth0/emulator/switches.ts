/** Behaviour that no recording and no document settles: a test sets either side, and holds grantry to both. */

export interface Switches {
  /** The most that `per_page` and `take` may ask for: the schema says 100, an older page of the documentation 50. */
  readonly maxPerPage: number;
  /** How many records offset paging reaches on /clients and /client-grants; undefined: all. Checkpoint paging has no such cap. */
  readonly offsetCap: number | undefined;
  /** Whether POST /clients takes `client_secret`: the prose of the schema mentions it, the schema does not have it. */
  readonly secretOnCreate: 'refuse' | 'accept';
  /** Scopes of a grant that its API does not declare. An API without any scopes was recorded to allow all. */
  readonly undeclaredScopes: 'refuse-if-any-declared' | 'refuse' | 'accept';
  /** Unknown scopes of the Management API itself. */
  readonly unknownManagementScopes: 'drop' | 'refuse';
  /** Taking a scope from an API while a grant holds it. */
  readonly removedScopeInUse: 'refuse' | 'keep-in-grants' | 'drop-from-grants';
  /** What becomes of the grants of an API that is deleted. */
  readonly grantsOfDeletedApi: 'delete' | 'keep';
  /** `client_metadata: {}` in a PATCH. */
  readonly emptyMetadata: 'clear' | 'keep';
  /** Whether the plan of the tenant has Private Key JWT: it is documented to be part of Enterprise plans. */
  readonly privateKeyJwt: 'in-plan' | 'not-in-plan';
  /** A second credential of a client with the key of the first; a page of the documentation says that it is refused. */
  readonly sameKeyTwice: 'refuse' | 'accept';
  /** How long the old secret is accepted beside the new one after a rotation, in milliseconds; documented: up to 30 s. */
  readonly secretLag: number;
  /** How long the grants of a deleted client are still listed, in milliseconds. */
  readonly cascadeLag: number;
  /** Whether a 429 of the Management API says `Retry-After`, beside `x-ratelimit-reset`. */
  readonly retryAfter: boolean;
  /** How a token request is refused that must prove possession of a key and does not. */
  readonly missingProof: 'invalid_request' | 'invalid_dpop_proof';
  /** What `permissions` holds in a token of an API that asks for it. */
  readonly permissionsClaim: 'granted-scopes' | 'absent';
}

export const DEFAULT_SWITCHES: Switches = {
  maxPerPage: 100,
  offsetCap: 1000,
  secretOnCreate: 'refuse',
  undeclaredScopes: 'refuse-if-any-declared',
  unknownManagementScopes: 'drop',
  removedScopeInUse: 'refuse',
  grantsOfDeletedApi: 'delete',
  emptyMetadata: 'clear',
  privateKeyJwt: 'in-plan',
  sameKeyTwice: 'refuse',
  secretLag: 0,
  cascadeLag: 0,
  retryAfter: false,
  missingProof: 'invalid_request',
  permissionsClaim: 'granted-scopes',
};
