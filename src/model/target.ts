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
  readonly position: Position;
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

/** What a provider or a store is opened with: its description, which has the same kind, knows the rest. */
export interface BackendSettings {
  readonly kind: string;
}
