import type { Address } from './address.ts';
import type { Json } from './values/json.ts';
import type { Delivery, Fields } from './state.ts';

/** `retire`: the previous secret is taken away after its overlap has ended. */
export type RotationOp = 'rotate' | 'revoke' | 'retire';

/** A change is data: it can be printed, saved, compared and carried out later, and it holds no secret. */
export type Change = CreateChange | UpdateChange | DeleteChange | AdoptChange | DeliverChange;
export type Op = Change['op'];

interface ChangeBase {
  readonly address: Address;
  readonly owner: string;
  /** Why, in words for a reviewer. */
  readonly reason: string;
  /** Addresses whose change must have succeeded first. */
  readonly dependsOn: readonly Address[];
  /** Remarks on single fields, by path joined with blanks. */
  readonly notes: Readonly<Record<string, string>>;
  /** Fields by which the change reaches what others own, by path joined with blanks: whose that is. They widen access. */
  readonly foreign?: Readonly<Record<string, string>>;
}

export interface CreateChange extends ChangeBase {
  readonly op: 'create';
  readonly after: Fields;
  /** Clients only. */
  readonly delivery?: PlannedDelivery;
}

export interface UpdateChange extends ChangeBase {
  readonly op: 'update';
  readonly id: string;
  readonly before: Fields;
  readonly after: Fields;
  readonly delivery?: PlannedDelivery;
}

/** Takes an object over that the stack did not make; its credential stays. */
export interface AdoptChange extends ChangeBase {
  readonly op: 'adopt';
  /** The stacks whose marks it, or its parts, carry; null: no mark. */
  readonly from: readonly (string | null)[];
  readonly id: string;
  readonly before: Fields;
  readonly after: Fields;
  readonly delivery?: PlannedDelivery;
}

export interface DeleteChange extends ChangeBase {
  readonly op: 'delete';
  readonly id: string;
  readonly before: Fields;
  /** Clients only: the document to mark as retired. */
  readonly delivered?: Delivery;
}

/** The client is as declared; only its document in the store is not. */
export interface DeliverChange extends ChangeBase {
  readonly op: 'deliver';
  readonly id: string;
  readonly after: Fields;
  readonly delivery: PlannedDelivery;
}

/** A document to write, without its secret. */
export interface PlannedDelivery {
  /** metadata.name of the client. */
  readonly client: string;
  /** The client_id, where the caller chooses it; elsewhere the provider's answer counts. */
  readonly clientId: string;
  readonly path: string;
  readonly place: string;
  /** The facts that the document states beside the credential. */
  readonly facts: Readonly<Record<string, string>>;
  /** Why the document must be written. */
  readonly reason: DeliveryReason;
  /** True where the listing found nothing at the path, so that the write may insist on being the first. */
  readonly pathIsEmpty: boolean;
  /** As the mark of the delivery before says: since when the secret is there, where the provider does not say. */
  readonly since?: number;
  /** This very client's credential was delivered to the place before, under whatever name the client had. */
  readonly alreadyDelivered?: true;
  /** A document at the place that carries no mark may be taken over. */
  readonly adopt?: true;
  /** What the document that is there says, as far as that was noted beside it, and a plan would not show it elsewhere. */
  readonly factsBefore?: Readonly<Record<string, string>>;
  /** As whom the client was delivered to the place before: there may be another client's document by now. */
  readonly former?: { readonly client: string; readonly clientId: string };
  /** The document at the place carries no mark any more: it is written to if it holds the client's present credential. */
  readonly lostMark?: true;
  /** The place it was delivered to before, when that is another one: to be marked as retired. */
  readonly movedFrom?: string;
  /** How output names that place, where it lies in the store before. */
  readonly leftPlace?: string;
  /** Of keys: how long those from before are accepted, should a new one have to be made; seconds. */
  readonly overlap?: number;
}

/** Why a document must be written. */
export const DELIVERY_REASONS = [
  'new',
  // The client is new, and its document is in use: it gets the secret that lies there.
  'in-use',
  // Not only written, but replaced first: consumers must read the new one.
  'guessable',
  // The previous secret is refused first; the present one stays.
  'previous-guessable',
  // The client is to authenticate otherwise: it gets another credential, and the one before ends with the change.
  'method-changed',
  // There is nothing to hand over: another workload, or none before, may log in from then on.
  'workload-changed',
  // No key of grantry's is registered: a new one is made.
  'key-gone',
  // The previous credential lies in the document, and is not accepted any more.
  'overlap-ended',
  'missing',
  'never-delivered',
  'moved',
  'secret-changed',
  'facts-changed',
  'differs',
  // Nothing of it changes but its mark.
  'unmarked',
] as const;
export type DeliveryReason = (typeof DELIVERY_REASONS)[number];

/** One leaf that differs. */
export interface FieldChange {
  readonly path: readonly string[];
  /** Undefined: was not there. */
  readonly before: Json | undefined;
  /** Undefined: will not be there. */
  readonly after: Json | undefined;
  /** Gives somebody more power. */
  readonly widens: boolean;
  /** Whom it cuts off who does not change at the same moment, in words; absent: nobody. */
  readonly breaks?: string;
  readonly note?: string;
}

/** Something in the way of a plan: apply refuses until it is gone. */
export interface Conflict {
  readonly address: Address;
  readonly reason: string;
  readonly hint: string;
}

/** All guards, as `--override-guard` names them. */
export const GUARD_NAMES = ['maxDeletes', 'maxDeletePercent', 'protect', 'grantable', 'vanished'] as const;
export type GuardName = (typeof GUARD_NAMES)[number];

/** A guard that a plan breaks: apply refuses, unless it is overridden for one run. */
export interface BrokenGuard {
  readonly guard: GuardName;
  readonly reason: string;
}

/** The part of a target that a plan looked at. */
export interface Selection {
  /** The addresses and globs of `--only`; empty without it. */
  readonly only: readonly string[];
  /** What `--changed-since` compared the manifests with: the commit as it was named, and its full id. */
  readonly changedSince?: { readonly ref: string; readonly commit: string };
  /** Everything that was looked at, sorted. */
  readonly addresses: readonly Address[];
}

/** The part of a target that a plan is to be made of. */
export interface TargetPart extends Selection {
  /** client_ids of the clients among the addresses that no manifest declares any more. */
  readonly undeclared: readonly string[];
}

/** What a reviewer must know that changes alone do not show. It is shown, and never saved: it follows from what was read. */
export interface PlanReview {
  /** Apis with the stack's mark that manifests say another stack owns. */
  readonly releasedApis: readonly Address[];
  /** Other owners in whose folder of the store a secret comes to lie. */
  readonly foreignFolders: Readonly<Record<Address, readonly string[]>>;
  /** client_ids outside the stack whose tokens change with an Api, or that hold scopes of one that is taken over. */
  readonly outsideHolders: Readonly<Record<Address, readonly string[]>>;
}

/** Desired × actual, after policy. */
export interface Plan {
  readonly target: string;
  readonly stack: string;
  /** As its description names it: the product, the server and the part of it. */
  readonly provider: string;
  /** As its description names it: the product and the place. */
  readonly store: string;
  /** Deletes first, then by kind and name. */
  readonly changes: readonly Change[];
  readonly conflicts: readonly Conflict[];
  /** Guards of the target that the plan breaks. */
  readonly guards: readonly BrokenGuard[];
  /** Of what was looked at. */
  readonly unchanged: { readonly apis: number; readonly clients: number };
  /** Absent: everything was looked at. */
  readonly selection?: Selection;
  readonly review?: PlanReview;
}
