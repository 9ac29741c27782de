import type { AuthMethod } from './desired.ts';
import type { Delivery } from './state.ts';
import type { JsonObject } from './values/json.ts';

/** What there is of M2M access at a provider, whoever made it, in words that manifests have: import writes these from it. */
export interface Estate {
  readonly apis: readonly EstateApi[];
  /** Those that manifests can say, each as it is. */
  readonly clients: readonly EstateClient[];
  /** M2M clients that manifests cannot say, and Apis too. */
  readonly leftOut: readonly LeftOut[];
}

/** Whose mark an object carries. */
export interface EstateMark {
  readonly stack: string;
  /** metadata.name; undefined: the mark does not say. */
  readonly name: string | undefined;
  readonly owner: string | undefined;
}

interface EstateObject {
  /** Undefined: nobody's. */
  readonly mark: EstateMark | undefined;
  readonly description: string;
  /** What people may have noted there of its owner, by paths as `--owner-from` names them: `attributes.team`. Holds no secret. */
  readonly facts: Readonly<Record<string, string>>;
  /** What a reader of the manifest must know, one sentence each: they become comments. */
  readonly notes: readonly string[];
}

/** An Api that is there. */
export interface EstateApi extends EstateObject {
  readonly audience: string;
  /** What people call it there, from which metadata.name is made; the audience, where there is no other name. */
  readonly displayName: string;
  /** Descriptions by the names of scopes; never empty. */
  readonly scopes: Readonly<Record<string, string>>;
  /** Further keys of `spec`, as manifests have them: `{ tokenLifetime: '5m', claims: { … } }`. */
  readonly spec: JsonObject;
  /** The client_id with which this Api introspects tokens. */
  readonly introspectedBy: string | undefined;
}

/** A client that is there, and that manifests can say. */
export interface EstateClient extends EstateObject {
  /** The provider's own id. */
  readonly id: string;
  readonly clientId: string;
  /** What people call it there, from which metadata.name is made: the client_id, where people choose that. */
  readonly displayName: string;
  readonly isEnabled: boolean;
  readonly auth: AuthMethod;
  /** Sorted by audience. */
  readonly access: readonly EstateAccess[];
  /** Where grantry delivered its credential to, as its own mark says; undefined: nowhere. */
  readonly delivered: Pick<Delivery, 'path' | 'place'> | undefined;
  /** The block of the provider's own settings, as manifests have it; undefined: there is nothing to say in it. */
  readonly settings: JsonObject | undefined;
  /** The key of `settings` that says displayName, where metadata.name is another one; absent: there is none. */
  readonly displayNameKey?: string;
  /** ISO 8601; undefined where that is not known. */
  readonly lastUsed: string | undefined;
}

export interface EstateAccess {
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly onRequest: readonly string[];
}

/** What import leaves as it is: it is never declared, and so never touched. */
export interface LeftOut {
  readonly kind: 'Client' | 'Api' | 'ClientScope';
  /** The client_id, or the audience; of a scope that is of no Api its name. */
  readonly id: string;
  readonly displayName: string;
  /** Absent: nobody's. */
  readonly mark?: EstateMark;
  readonly facts: Readonly<Record<string, string>>;
  /**
   * Stable: `mixed`, `full-scope-allowed`, … Two of them mean that somebody answers for the client, so that nobody misses it in
   * the manifests: `other-stack`, and `own-account` of the client that grantry itself logs in with.
   */
  readonly reason: string;
  /** Why manifests cannot say it: a whole sentence. */
  readonly why: string;
  /** What to do, so that they can: a whole sentence. */
  readonly todo: string;
  /** What would do for it, where something narrower would; it is written as a comment. */
  readonly proposal?: EstateClient;
}

/** Why manifests cannot say an object, and what to do about it. */
export type LeftOutReason = Pick<LeftOut, 'reason' | 'why' | 'todo'>;

/** Which clients of an estate are asked for. */
export interface EstateSelection {
  /** By client_id. */
  readonly isSelected: (clientId: string) => boolean;
}
