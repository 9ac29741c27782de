import type { Address } from './address.ts';
import type { ClientSecret } from './secrets/credential.ts';
import type { JsonObject } from './values/json.ts';
import type { Secret } from './secrets/secret.ts';

/**
 * Everything about one object that grantry is exact about, in the words of its provider's `convert.ts`.
 * Lists are sorted and values canonical, so that equal objects are equal as JSON.
 */
export type Fields = JsonObject;

/** An object, or a part of one, without the stack's mark: grantry may not change it. */
export interface ForeignPart {
  /** `client scope inventory:read`. */
  readonly what: string;
  /** Whose mark it carries; undefined: none. */
  readonly stack: string | undefined;
}

/** An object as the manifests want it, in the provider's fields. */
export interface DesiredObject {
  readonly address: Address;
  readonly owner: string;
  readonly fields: Fields;
  /** Remarks on single fields, by path joined with blanks: which Api decided a token lifetime, say. */
  readonly notes: Readonly<Record<string, string>>;
}

/** An object as the provider has it. Shows no secret, and holds its credential's only where the read asked for it. */
export interface ActualObject {
  readonly address: Address;
  /** The provider's own id. */
  readonly id: string;
  readonly owner: string;
  /** What of it is not the stack's, as the marks say; none: the stack owns it. */
  readonly foreign: readonly ForeignPart[];
  readonly fields: Fields;
  /** Values that `fields` only says are there, as grantry did not write them. */
  readonly unseen?: Secret;
  /** Clients only. */
  readonly credential?: ActualCredential;
  /** What grantry or the provider noted on it and cannot be read, in words: each with what follows from that. */
  readonly unreadable?: readonly string[];
  /** Of an Api the scopes that clients outside the stack hold, of it and of an issuer `WHOLE_OBJECT`; with those clients' ids. */
  readonly outsideHolders?: Readonly<Record<string, readonly string[]>>;
}

/** In place of a scope: a client may call the Api, whatever its scopes are, or logs in by the issuer. */
export const WHOLE_OBJECT = '';

export function isOurs({ foreign }: ActualObject): boolean {
  return foreign.length === 0;
}

/**
 * Whether an object is grantry's own account. No command touches that: taken over, it would lose the rights that grantry
 * works by, and every other change of it ends the run that makes it.
 */
export function isOwnAccount({ credential }: ActualObject, { ownClientId }: Pick<ActualState, 'ownClientId'>): boolean {
  return ownClientId !== undefined && credential?.clientId === ownClientId;
}

/** The way out for a stack that declared it, or took it over with an earlier version. */
export const OWN_ACCOUNT_HINT =
  'grantry never takes it over, changes, rotates or deletes it. Take it out of the manifests, and where it carries marks of grantry, take these from it by hand.';

/** Whose an object is that is not the stack's, as words behind its name. */
export function ownerPhrase({ foreign: [part] }: Pick<ActualObject, 'foreign'>): string {
  return part?.stack === undefined ? 'carries no mark of a stack' : `belongs to the stack ${part.stack}`;
}

export interface ActualCredential {
  /** What the client authenticates as. */
  readonly clientId: string;
  /** When the secret was made, in Unix seconds; undefined where the provider does not say. */
  readonly createdAt: number | undefined;
  /** grantry's own mark of what was last delivered. */
  readonly delivered: Delivery | undefined;
  /** How often it is rotated, as was noted when the client was last written, in seconds. */
  readonly rotateEvery?: number;
  /** Until when the provider accepts the previous secret, in Unix seconds, past or to come; undefined: it keeps none. */
  readonly previousUntil?: number;
  /** When the provider stops accepting the secret, whatever anybody does, in Unix seconds. */
  readonly expiresAt?: number;
  /**
   * Anybody can guess the secret, such as the asterisks of an export that was imported: it is to be replaced at once.
   */
  readonly guessable?: true;
  /** The same of the previous secret: its overlap is to end, and the present one stays. */
  readonly previousGuessable?: true;
  /** Why the provider refuses the client whatever its secret is: `its service account is disabled`. */
  readonly unusable?: string;
  /** The secret, only in a read that asked for it, and only where the account may see it. */
  readonly present?: ClientSecret;
  /** Of a client with keys: the id of the one that it is to sign with; undefined: none of grantry's is registered. */
  readonly keyId?: string;
  /** Of a client with a federated identity: who may log in. */
  readonly identity?: { readonly alias: string; readonly subject: string };
}

/** The mark that a credential was delivered; it lies with the client at the provider and holds no secret. */
export interface Delivery {
  /** `createdAt` of the secret that was delivered; null where the provider does not say. */
  readonly at: number | null;
  /** Where to, as the store names it: `secret/m2m/order-service`. */
  readonly place: string;
  /** The path inside the store's prefix. */
  readonly path: string;
  /** Digest of the facts in the document (never of the secret), or `PENDING`. */
  readonly facts: string;
  /** Where the provider does not say when a secret was made: when grantry made it, or else delivered it first. */
  readonly since?: number;
  /** How often the secret is rotated, in seconds: to be noted with it, where that was not yet. */
  readonly rotateEvery?: number;
}

/** Apis of the stack at a provider that has no place for a mark on them, by audience: part of the ledger in the store. */
export type OwnedApis = Readonly<Record<string, OwnedApi>>;

export interface OwnedApi {
  /** metadata.name. */
  readonly name: string;
  readonly owner: string;
  /** Of one that was adopted, only the scopes that manifests declare are the stack's. */
  readonly origin: 'created' | 'adopted';
  /** The provider's own id; null while it is being created. */
  readonly id: string | null;
  /** Those that it was to be created with, sorted. */
  readonly scopes: readonly string[];
}

/** Whose an Api is that is granted and not managed, as its marks say; neither: nobody's, as far as is known. */
export interface ApiOrigin {
  readonly address: Address;
  readonly stack: string | undefined;
  readonly owner: string | undefined;
}

/** Something that is no part of an Api and puts the audience of that Api into tokens. */
interface SharedAudience {
  readonly address: Address;
  readonly audience: string;
  /** `client scope payments:read of the stack payments`. */
  readonly by: string;
}

/** Fields of a desired object that stand in place of those of its projection, and remarks on fields, by path. */
export interface Completion {
  readonly fields: Fields;
  readonly notes: Readonly<Record<string, string>>;
}

/** What a provider says when it is read. */
export interface ActualState {
  /** Objects of the stack, and those whose identity a desired object claims. */
  readonly objects: readonly ActualObject[];
  /** Desired objects that cannot be, whatever is applied, such as an Api with `managed: false` that does not exist. */
  readonly impossible: readonly { readonly address: Address; readonly reason: string; readonly hint: string }[];
  /** Whose the parts of Apis are that the manifests only grant; those of one owner once. */
  readonly origins?: readonly ApiOrigin[];
  /** Audiences of the stack's Apis, wanted ones too, that tokens get by something else in the target as well. */
  readonly sharedAudiences?: readonly SharedAudience[];
  /** What a reader must know that is neither a change nor in the way, such as what the account may not see; whole sentences. */
  readonly notices?: readonly string[];
  /** What only the server knows of desired objects: to be put into their fields before they are compared. */
  readonly completions?: ReadonlyMap<Address, Completion>;
  /** Apis that carry the stack's mark and that manifests say another stack owns. */
  readonly releasedApis?: readonly Address[];
  /** How many clients the listing held, of any owner: an empty listing is never believed. */
  readonly listedClients: number;
  /** The client_id that grantry itself logs in with, where that is a client of this very realm or tenant. */
  readonly ownClientId?: string;
  /** Whether this server keeps the previous secret valid for a while after a rotation; undefined where that was not looked at. */
  readonly overlaps?: OverlapSupport;
  /** Why it does not, or why that is not known. */
  readonly overlapsWhy?: string;
  /** How clients can authenticate for a rotation without a gap, where secrets have one. */
  readonly noGapWith?: string;
}

/** What of the objects cannot be read, as sentences: a finding about each one, and no reason to stop. */
export function unreadableNotices(objects: readonly ActualObject[]): string[] {
  return objects.flatMap(({ address, unreadable = [] }) => unreadable.map((what) => `${address}: ${what}.`));
}

/** Whether the provider shuts the client out, whoever did that. */
export function isDisabled({ fields }: Pick<ActualObject, 'fields'>): boolean {
  return fields['enabled'] === false;
}

/** What was read, by address. */
export function objectsByAddress({ objects }: Pick<ActualState, 'objects'>): ReadonlyMap<Address, ActualObject> {
  return new Map(objects.map((object) => [object.address, object]));
}

/** `unknown`: the account may not ask the server for its features. */
export type OverlapSupport = 'supported' | 'unsupported' | 'unknown';

/** Where tokens come from, as the provider's metadata says (RFC 8414). */
export interface Endpoints {
  readonly issuer: string;
  readonly token: string;
  readonly jwks: string;
  readonly introspection: string | undefined;
}
