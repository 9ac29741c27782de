import type { Address } from '../model/address.ts';
import type { CheckResult } from '../model/check.ts';
import type { DesiredApi, DesiredClient, DesiredState, ServiceAccountRoles } from '../model/desired.ts';
import type { FieldWords } from '../model/field-words.ts';
import type { GrantryError } from '../model/errors.ts';
import type { Estate, EstateSelection } from '../model/estate.ts';
import type { AdoptChange, CreateChange, DeleteChange, UpdateChange } from '../model/plan.ts';
import type { ProofCheck } from '../model/report.ts';
import type { ClientSecret, Credential } from '../model/secrets/credential.ts';
import type { KeyAlg } from '../model/secrets/key-alg.ts';
import type { PublicJwk } from '../model/secrets/public-jwk.ts';
import type { TokenType } from '../model/token-form.ts';
import type { ActualState, OwnedApis, Delivery, DesiredObject, Endpoints, Fields } from '../model/state.ts';

/** What differs between providers, as data: the engine, the contract suite and the table of docs/providers.md go by it. */
export interface Capabilities {
  /** The caller may choose a new client's secret, so that the store can hold it before the client exists. */
  readonly chosenSecret: boolean;
  /** The caller may choose the client_id. */
  readonly chosenClientId: boolean;
  /** A secret changed by hand shows in the listing. */
  readonly secretChangeVisible: boolean;
  /** A granted scope can be kept out of tokens that do not ask for it. */
  readonly onRequestScopes: boolean;
  /** The server refuses the authentication method that was not declared. */
  readonly authMethodEnforced: boolean;
  /** The provider has a token introspection endpoint (RFC 7662). */
  readonly introspection: boolean;
  /** An Api can carry the stack's mark; elsewhere the ledger in the store says whose it is. */
  readonly apiMarks: boolean;
  /** A token can be bound to a key of whoever asks for it, and refused without a proof (RFC 9449). */
  readonly senderConstraint: boolean;
  /** The head of a token can say that it is an access token (`at+jwt`, RFC 9068). */
  readonly typedTokens: boolean;
  /** Tokens for an Api can carry constants. */
  readonly constantClaims: boolean;
  /** A token is for one Api, which the request names (RFC 8707 in spirit: the parameter `audience`). */
  readonly tokenPerApi: boolean;
  /** The server can keep the previous secret valid for a while after a rotation; whether it is set up to, a read shows. */
  readonly secretOverlap: boolean;
  /** Clients can log in with the token of another issuer, as the workload that it names (RFC 7523), and without a credential. */
  readonly federation: boolean;
  /** For so long after a change of a secret either one may be accepted, or refused; seconds. */
  readonly secretLag: number;
  /** Tokens that were issued can be made inactive where they are introspected. */
  readonly tokenRevocation: boolean;
  /** With what clients may sign assertions in place of a secret (RFC 7523); none: keys are not taken. */
  readonly keyAlgs: readonly KeyAlg[];
}

/** What a server says of itself. */
export interface ProviderServer {
  /** Undefined where grantry's account does not see it, and where there is only one. */
  readonly version: string | undefined;
  /** What this version can do, as far as that is known. */
  readonly capabilities: Capabilities;
}

/** How the server says that what was asked for was not granted; it looks at the credential first. */
export interface Denial {
  readonly status: number;
  readonly error: string;
}

/** What a token is like, whatever was granted. */
export interface TokenForm {
  /** It is bound to a key of whoever asks for it, and there is none without a proof of possession (RFC 9449). */
  readonly isBound: boolean;
  /** How it is signed; undefined: as the provider does by default. */
  readonly alg: string | undefined;
  /** Its header `typ`; undefined: what the provider gives it by default. */
  readonly type: TokenType | undefined;
  /** What the client itself was given, shorter than its Apis ask for; seconds. */
  readonly lifetime?: number | undefined;
}

/** What a provider puts into the tokens of a client that is of no Api. */
export interface OtherGrants {
  /** Scopes in every token, by their names at the provider. */
  readonly scopes: readonly string[];
  /** Why more roles may be in a token than those that were declared for it; undefined: they are all. */
  readonly unsureRoles?: string | undefined;
}

/** What of a provider the proofs go by beside its capabilities. */
export interface TokenBehaviour {
  readonly denial: Denial;
  /** How the server refuses a client that is disabled: before it looks at the credential where the status is 401, else after it. */
  readonly disabled: Denial;
  /** The roles that were declared for the client's tokens. */
  declaredRoles(client: DesiredClient): ServiceAccountRoles;
  /** Absent: there is nothing but Apis. */
  otherGrants?(client: DesiredClient): OtherGrants;
  /** The form that tokens of the client have, which are for these Apis. */
  formOf(client: DesiredClient, apis: readonly DesiredApi[]): TokenForm;
}

/** Of a provider whose tokens carry no roles. */
export const NO_ROLES: ServiceAccountRoles = { realm: [], clients: {} };

/** A credential as the provider has it now. */
export interface IssuedCredential {
  /** The provider's own id of the client. */
  readonly id: string;
  readonly clientId: string;
  readonly credential: Credential;
  /** Unix seconds; undefined where the provider does not say. */
  readonly createdAt: number | undefined;
  /** Until when the previous one is accepted, in Unix seconds. */
  readonly previousUntil?: number;
}

/** The same of a secret. */
export interface IssuedSecret extends IssuedCredential {
  readonly credential: ClientSecret;
}

/** The same where the provider may not show it, and what the store holds may be another one. */
export interface FoundCredential extends Omit<IssuedCredential, 'credential'> {
  readonly credential: Credential | undefined;
}

/** Which client is looked for. */
export type ClientKey = { readonly id: string } | { readonly clientId: string };

/** A client that was asked for by itself, not found in a listing. */
export interface FoundClient {
  readonly id: string;
  readonly clientId: string;
  /** Whose mark it carries; undefined: nobody's. */
  readonly stack: string | undefined;
}

/** A secret that the caller chose for a client that is there, with the mark that stands for it until it is delivered. */
export interface ChosenSecret {
  readonly credential: ClientSecret;
  /** Unix seconds. */
  readonly createdAt: number;
  readonly delivery: Delivery;
}

/** A credential as it was read back after a write, with the mark that the client bears then. */
export interface WrittenCredential extends Pick<IssuedCredential, 'createdAt'> {
  /** Undefined where the account may not see it, and of a key. */
  readonly credential: ClientSecret | undefined;
  /** Of the key that is the present one. */
  readonly keyId?: string | undefined;
  readonly delivered: Delivery | undefined;
}

/** A public key as a provider has it. */
export interface RegisteredKey {
  readonly keyId: string;
  /** Unix seconds; undefined where the provider does not say. */
  readonly createdAt: number | undefined;
}

/** The public keys of a client that grantry registered. */
export interface RegisteredKeys {
  readonly clientId: string;
  /** The newest; undefined: there is none. */
  readonly present: RegisteredKey | undefined;
  /** Until when those before are accepted, in Unix seconds, past or to come; undefined: there is none. */
  readonly previousUntil: number | undefined;
}

/** A key to be registered, with the mark that stands for it until it is delivered. */
export interface NewKey {
  readonly key: {
    /** The public part, with `kid` and `alg` (RFC 7517). */
    readonly jwk: PublicJwk;
    readonly keyId: string;
    readonly alg: KeyAlg;
    /** Unix seconds. */
    readonly createdAt: number;
  };
  /** Until when the one before is to be accepted, in Unix seconds. */
  readonly previousUntil: number;
  /** Those before that stay too, as far as the provider takes so many: the client may still log in with one of them. */
  readonly keepsOlder: boolean;
  readonly delivery: Delivery;
}

/** The keys of a client after a write, with the mark that it bears then. */
export interface WrittenKeys extends RegisteredKeys {
  readonly delivered: Delivery | undefined;
}

/** What a provider can do whose clients sign assertions with keys of their own. */
export interface KeysFacet {
  /** The provider's clock, as far as it shows it, in Unix seconds: how long keys are accepted goes by no other. */
  now(): Promise<number>;
  read(id: string): Promise<RegisteredKeys>;
  /** Registers a key as the newest; repeating it changes nothing more. Gives what is there then. */
  add(id: string, key: NewKey): Promise<WrittenKeys>;
  /** Takes away every key but the newest. Gives what is there then. */
  keepNewest(id: string): Promise<RegisteredKeys>;
}

/** An overlap that was to end. */
export interface EndedOverlap {
  /** The previous secret as it was before, where there was one. */
  readonly previous: ClientSecret | undefined;
  /** Until when the server, read back, still has a previous secret, in Unix seconds; undefined: it has none. */
  readonly previousUntil: number | undefined;
}

/** What a provider can do whose clients have secrets. */
export interface SecretsFacet {
  /** The client's present secret. */
  read(id: string): Promise<IssuedSecret>;
  /**
   * Has the server make a new secret and keep the present one for the client's overlap. Never repeated: after a lost
   * answer it throws UNREACHABLE, and `read` shows whether it happened.
   */
  regenerate(id: string): Promise<IssuedSecret>;
  /** Replaces the client's secret at once; repeating it changes nothing more. Gives what is there then. */
  set(id: string, chosen: ChosenSecret): Promise<WrittenCredential>;
  /** Ends an overlap, so that the previous secret is refused from now on. */
  endOverlap(id: string): Promise<EndedOverlap>;
}

/** What a provider can do that takes the tokens of other issuers as the login of its clients. */
export interface FederationFacet {
  /** Makes, changes or takes away an issuer. Gives what is there then; undefined: none of that alias. */
  changeIssuer(change: ObjectChange | DeleteChange): Promise<Fields | undefined>;
  /** Who may log in as the client. */
  readIdentity(id: string): Promise<FoundCredential>;
  /**
   * What a token of this client would say that asks for these scopes, as the provider works it out without issuing one; or why
   * it does not say it.
   */
  evaluate(clientId: string, parameters: Readonly<Record<string, string>>): Promise<Evaluation>;
}

/** The claims of a token that was worked out, and not issued. */
export type Evaluation = { readonly claims: Readonly<Record<string, unknown>> } | { readonly why: string };

export interface ReadOptions {
  /** Keep the credentials that the listing shows, in memory, for a comparison with the store. */
  readonly withSecrets?: boolean;
  /** Only these objects matter: the provider may read less, never something else. */
  readonly only?: ReadSelection | undefined;
  /**
   * What the objects are to be. One that is so already may be given with these very fields, so that of thousands not two
   * copies lie in memory.
   */
  readonly projected?: readonly DesiredObject[];
  /** Where Apis cannot be marked: those of the stack. */
  readonly ledger?: OwnedApis;
  /** Find out for certain whether the server keeps previous secrets, and how it is set up to. */
  readonly forRotation?: boolean;
}

export interface ReadSelection {
  readonly addresses: ReadonlySet<Address>;
  /** client_ids of clients that are to be looked at though no manifest declares them. */
  readonly undeclared: readonly string[];
  /** Objects to be looked at by the provider's own id, whatever their name and owner are by now. */
  readonly ids: ReadonlyMap<Address, string>;
}

/** What only the server knows of what was granted: the proofs of clients go by it. What is not in here was not looked at. */
export interface GrantFacts {
  /** What the declared roles of a client hold with them, by its name. */
  readonly roleParts: ReadonlyMap<string, ServiceAccountRoles>;
  /** What scopes of Apis that other stacks manage put into the `aud` of tokens, by scope. */
  readonly audiences: ReadonlyMap<string, readonly string[]>;
  /** Of scopes of no Api that clients have: whether tokens name them. */
  readonly namedScopes: ReadonlyMap<string, boolean>;
  /** What ends every token. */
  readonly longest: TokenLimit | undefined;
  /** What was found beside tokens, by the client's name. */
  readonly checks: ReadonlyMap<string, readonly ProofCheck[]>;
}

export interface TokenLimit {
  readonly seconds: number;
  /** As the server calls it: `SSO Session Max`. */
  readonly setting: string;
}

/** Of a provider where the manifests say it all, and of one that was not asked. */
export const NO_GRANT_FACTS: GrantFacts = {
  roleParts: new Map(),
  audiences: new Map(),
  namedScopes: new Map(),
  longest: undefined,
  checks: new Map(),
};

/** A client to be created. */
export interface NewClient {
  readonly change: CreateChange;
  /** Where the caller chose it: the client is born with the mark of its delivery. */
  readonly chosen?: ChosenCredential;
}

/** A credential that the caller chose for a client that is to be created, with the mark of its delivery. */
export interface ChosenCredential {
  readonly credential: Credential;
  readonly delivery: Delivery;
}

/** A client that came to be. */
export interface CreatedClient {
  /** The provider's own id of it. */
  readonly id: string;
  /** As it was read back. */
  readonly found: Fields;
  /** The credential that the provider chose for it. */
  readonly issued?: IssuedCredential;
  /** What became of the one that the caller chose. */
  readonly written?: WrittenCredential;
}

/** An Api that was created or changed. */
export interface WrittenApi {
  /** The provider's own id of it, where it cannot be marked. */
  readonly id?: string;
  /** As it was read back, without what it is still to lose. */
  readonly found: Fields;
}

type ObjectChange = CreateChange | UpdateChange | AdoptChange;

/**
 * An identity provider. Methods that connect throw GrantryErrors: UNREACHABLE and NOT_ALLOWED for the provider
 * as a whole, FAILED for one object. No method ever sends a secret back that a read returned. What is written is read back
 * once and given as the server has it then: a server may change, or drop, what it was sent. Whether that is what was wanted
 * the engine judges (`confirmWrites`).
 */
export interface Provider {
  /** What its newest version can do; this very server may be an older one: see `server`. */
  readonly capabilities: Capabilities;
  readonly tokens: TokenBehaviour;
  /** What its fields are to a reviewer. */
  readonly words: FieldWords;
  /** How output names it: the product, the server and the part of it. */
  describe(): string;
  /** What this very server is; it takes one request at most in a run, whoever asks. */
  server(): Promise<ProviderServer>;
  /** The desired objects in this provider's fields; pure. */
  project(desired: DesiredState): readonly DesiredObject[];
  read(desired: DesiredState, options?: ReadOptions): Promise<ActualState>;
  endpoints(): Promise<Endpoints>;
  /** One client, of any owner; undefined where there is none. */
  findClient(key: ClientKey): Promise<FoundClient | undefined>;
  /** Why no client of this client_id can be made, though there is none; undefined where nothing is in the way. */
  whyTaken(clientId: string): Promise<GrantryError | undefined>;
  /** Whether the provider does its work, shown by one small read that goes as deep as a write. */
  answers(): Promise<boolean>;
  /**
   * What the grants of these clients are on this server, and what they hold beside; of all without names. Where grantry's
   * account may not look, or there is none, it says so.
   */
  readGrants(desired: DesiredState, names?: ReadonlySet<string>): Promise<GrantFacts>;

  /**
   * Creates the Api or adds what it lacks; takes nothing away that a client may still use.
   */
  addApiScopes(change: ObjectChange): Promise<WrittenApi>;
  /** Takes away what the Api no longer has, or all of it. Gives what is left of it; undefined: nothing. */
  removeApiScopes(change: UpdateChange | AdoptChange | DeleteChange): Promise<Fields | undefined>;
  /** Creates the client; repeating it after a lost answer makes no second one. */
  createClient(client: NewClient): Promise<CreatedClient>;
  updateClient(change: UpdateChange | AdoptChange): Promise<Fields>;
  /** Why fields may be otherwise than they were written, and what to do about it; undefined where nothing is known. */
  explainDifference(paths: readonly (readonly string[])[]): Promise<string | undefined>;
  /** Whether it is gone `findClient` shows. */
  deleteClient(change: DeleteChange): Promise<void>;
  /** Marks the client's credential as delivered. Gives the mark that it bears then. */
  markDelivered(id: string, delivery: Delivery): Promise<Delivery | undefined>;
  /**
   * Sets up, changes or takes away an overlap; only where the provider has such objects. Gives what is there then; undefined:
   * none of that name.
   */
  changeOverlap(change: ObjectChange | DeleteChange): Promise<Fields | undefined>;

  /**
   * Has introspection (RFC 7662) call tokens of the client inactive that were issued before a moment, in Unix seconds. Gives the
   * moment that is set then. Undefined: tokens that were issued live until they expire.
   */
  revokeTokens?(id: string, before: number): Promise<number | undefined>;
  readonly secrets?: SecretsFacet;
  readonly keys?: KeysFacet;
  readonly federation?: FederationFacet;
  /** What there is of M2M access, whoever made it. Writes nothing, and asks nothing per client where a listing serves. */
  readEstate?(desired: DesiredState, selection: EstateSelection): Promise<Estate>;
  /**
   * What is missing here for the commands, asked and not guessed: rights, features, clocks. Writes nothing, and shows no secret.
   * Throws where grantry's account is not let in at all.
   */
  checks?(desired: DesiredState): Promise<readonly CheckResult[]>;
}
