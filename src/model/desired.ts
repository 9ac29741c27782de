import type { Position } from './finding.ts';
import type { KeyAlg } from './secrets/key-alg.ts';
import type { BackendSettings, RotatePolicy, Target } from './target.ts';
import type { SigningAlgorithm } from './signing-algorithms.ts';
import type { ClaimValue, SenderConstraint, TokenType } from './token-form.ts';

/** What the manifests ask for in one target: defaults filled in, overrides applied, references checked, names sorted. */
export interface DesiredState {
  readonly target: Target;
  readonly apis: readonly DesiredApi[];
  readonly clients: readonly DesiredClient[];
  /** For which overlaps the provider must be set up, in seconds, sorted; none where it cannot keep a previous secret. */
  readonly overlaps: readonly number[];
}

interface DesiredScope {
  readonly name: string;
  readonly description: string;
}

export interface DesiredApi {
  readonly name: string;
  readonly owner: string;
  readonly description: string;
  /** The `aud` claim of tokens for this Api (RFC 7519 section 4.1.3). */
  readonly audience: string;
  /** Seconds; undefined leaves it to the provider. */
  readonly tokenLifetime: number | undefined;
  /** What callers must prove beside the token; undefined: nothing, whoever bears the token may use it. */
  readonly senderConstrained: SenderConstraint | undefined;
  /** Undefined leaves it to the provider. */
  readonly tokenAlg: SigningAlgorithm | undefined;
  /** Undefined leaves it to the provider. */
  readonly tokenType: TokenType | undefined;
  /** Constants in tokens for this Api, sorted by name. */
  readonly claims: Readonly<Record<string, ClaimValue>>;
  /** Name of the Client with which this Api introspects tokens (RFC 7662). */
  readonly introspectedBy: string | undefined;
  /** False: another stack owns it; it is granted, never changed. */
  readonly managed: boolean;
  /** Sorted by name; never empty. */
  readonly scopes: readonly DesiredScope[];
  readonly position: Position;
}

/** Scopes of one Api that a Client may use; both lists sorted and without common members. */
export interface DesiredAccess {
  readonly api: string;
  /** In every token. */
  readonly scopes: readonly string[];
  /** Only in tokens that ask for it by the `scope` parameter. */
  readonly onRequest: readonly string[];
  /** The last day on which it is granted, in UTC: `2027-03-31`. Absent: it has no end. */
  readonly until?: string;
  /** Why it is there. */
  readonly reason?: string;
}

/** Access that is declared and has ended: it is not granted any more. */
export interface EndedAccess {
  readonly api: string;
  readonly until: string;
}

/**
 * How the client authenticates at the token endpoint: with a secret (RFC 6749 section 2.3.1), with a key, or as a workload.
 * `client_secret`: with a secret, by either of the two ways, as it likes.
 */
export type AuthMethod = 'client_secret_basic' | 'client_secret_post' | 'client_secret' | KeyAuth | FederatedAuth;

/** By assertions that it signs with a key of its own (RFC 7523 section 2.2). */
export interface KeyAuth {
  readonly private_key_jwt: { readonly alg: KeyAlg };
}

/** By a token of its workload, signed by another issuer (RFC 7523 section 2.2). */
export interface FederatedAuth {
  readonly federated: {
    /** As the Target names it. */
    readonly issuer: string;
    /** As the provider names it. */
    readonly alias: string;
    readonly subject: string;
  };
}

export interface ServiceAccountRoles {
  /** Realm roles, sorted. */
  readonly realm: readonly string[];
  /** Client roles by client_id, sorted. */
  readonly clients: Readonly<Record<string, readonly string[]>>;
}

/** Whether the provider may let a client in. One that is disabled keeps its credential, and is refused. */
export const CLIENT_STATES = ['enabled', 'disabled'] as const;
export type ClientState = (typeof CLIENT_STATES)[number];

export interface DesiredClient {
  readonly name: string;
  /** The client_id, where the provider lets the caller choose it. */
  readonly clientId: string;
  readonly owner: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Sorted by Api name. */
  readonly access: readonly DesiredAccess[];
  /** Absent: none has ended. */
  readonly ended?: readonly EndedAccess[];
  readonly auth: AuthMethod;
  readonly state: ClientState;
  readonly credential: {
    /** Path inside the target's store prefix, such as `team-checkout/order-service`. */
    readonly path: string;
    readonly rotate: RotatePolicy;
    /** False: its owner keeps the credential that it has, and grantry delivers and rotates none. Absent: it is delivered. */
    readonly deliver?: false;
  };
  /** What only the target's provider has; plain JSON. */
  readonly settings: BackendSettings;
  readonly position: Position;
}
