import type { Position } from './finding.ts';

/** Rotation policy; times in seconds. */
export interface RotatePolicy {
  readonly every: number;
  readonly overlap: number;
  /** The overlap of a key goes on until the key before was not used for as long as the overlap is; undefined: it ends by time alone. */
  readonly endWhen?: 'unused';
}

/** One realm or tenant, its secret store and its guards, with `${env:NAME}` already replaced. */
export interface Target {
  readonly name: string;
  /** The owner name: what grantry may change and prune here. */
  readonly stack: string;
  readonly provider: BackendSettings;
  readonly store: BackendSettings;
  /** Where credentials were delivered before; undefined: nothing is to be left there. */
  readonly formerStore?: BackendSettings;
  /** Folders inside of the store's place that are those of other Targets. */
  readonly otherPlaces?: readonly string[];
  readonly rotate: RotatePolicy;
  readonly guards: Guards;
  /** Sorted by name; undefined: the Target says nothing of issuers, and none is looked at. */
  readonly issuers?: readonly DesiredIssuer[];
  /** Clients that are no business of this stack's manifests, in the order in which they were written. */
  readonly ignore?: readonly IgnoredClients[];
  readonly position: Position;
}

/** Clients of which import makes no manifests, and that nobody misses in them. */
export interface IgnoredClients {
  /** A glob on the client_id. */
  readonly client: string;
  /** Why, for whoever reviews it. */
  readonly reason: string;
}

export interface Guards {
  readonly maxDeletes: number;
  /** Of the stack's clients, counted from 10 clients up. */
  readonly maxDeletePercent: number;
  /** Globs on metadata.name. */
  readonly protect: readonly string[];
  /** Which Apis of others may be granted here: `owner:` or `stack:` and a glob, or a glob on the Api's name. Undefined: all. */
  readonly grantable?: readonly string[] | undefined;
  /** Seconds. */
  readonly maxCredentialAge: number | undefined;
}

/** Who signs the tokens with which workloads log in as clients that have no credential of their own (RFC 7523). */
export interface DesiredIssuer {
  /** As clients name it. */
  readonly name: string;
  /** As the provider names it. */
  readonly alias: string;
  /** Of which kind the provider has it, such as `oidc`. */
  readonly kind: string;
  /** The `iss` of its tokens, or for `spiffe` where its keys are. Undefined: it is not the stack's, and must exist. */
  readonly url: string | undefined;
  /** Where its keys are; undefined: its own metadata say so. */
  readonly jwksUrl: string | undefined;
  /** Of `spiffe`. */
  readonly trustDomain: string | undefined;
  /** A token may be used more than once. */
  readonly reuse: boolean;
  /** How old a token may be, in seconds; undefined leaves it to the provider. */
  readonly maxTokenAge: number | undefined;
}

/** What a provider or a store is opened with: its description, which has the same kind, knows the rest. */
export interface BackendSettings {
  readonly kind: string;
}
