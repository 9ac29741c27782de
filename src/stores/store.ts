import type { CheckResult } from '../model/check.ts';
import type { DesiredState } from '../model/desired.ts';
import type { JsonObject } from '../model/values/json.ts';
import type { Secret } from '../model/secrets/secret.ts';

/** The part of a document that a credential is made of, in the document's own key names. */
export type Payload = Readonly<Record<string, Secret | string>>;

/** A payload to be written: what it does not name stays as it lies there, null takes it away. */
export type PayloadUpdate = Readonly<Record<string, Secret | string | null>>;

/**
 * What a consumer reads: the credential and the facts needed to use it. Keys of a document that grantry
 * does not know are kept when it is written again.
 */
export interface StoreDocument {
  readonly clientId: string;
  /** What the method of the credential makes of it; empty where there is nothing to keep. */
  readonly payload: Payload;
  /** Everything else that grantry writes, in the document's own key names (`token_url`, `scopes`, …). */
  readonly facts: Readonly<Record<string, string>>;
}

/** A document to be written: what it does not name stays as it lies there, null takes it away. */
export interface DocumentUpdate {
  readonly clientId: string;
  readonly payload: PayloadUpdate;
  readonly facts: Readonly<Record<string, string | null>>;
}

/** A document as it lies in the store. */
export interface StoredDocument {
  readonly document: StoreDocument;
  /** Counts up with every write; 1 is the first. */
  readonly version: number;
}

/**
 * Who owns a place in the store and what is being done there. Written before the document, so that a crash between
 * the two leaves nothing that looks foreign. Never holds a secret. Values are at most `MAX_MARK_BYTES` long.
 */
export interface StoreMark {
  readonly stack: string;
  /** metadata.name of the client. */
  readonly client: string;
  readonly owner: string;
  readonly state: 'active' | 'retired';
  /** Free key-value facts, such as the step of a rotation. */
  readonly notes?: Readonly<Record<string, string>>;
}

/** What is known of a place without reading the document. */
export interface StoreEntry {
  /** The mark; undefined when there is none or when it was not made by grantry. */
  readonly mark: StoreMark | undefined;
  /** Number of the latest version that was ever written; 0 when none was. */
  readonly version: number;
  /** False when nothing was written yet or the latest version was deleted. */
  readonly readable: boolean;
  /** The latest version is going to be deleted by the store itself, and when: ISO 8601. */
  readonly vanishesAt?: string;
  /** Those of the place itself. */
  readonly limits?: StoreLimits;
}

/** What becomes of documents without anybody's doing; nothing: they stay, with as many versions as anybody needs. */
export interface StoreLimits {
  /** The store deletes by itself what is written from now on: after how long, in its own words, and what to do about it. */
  readonly vanishing?: { readonly after: string; readonly hint: string };
  /** How many versions it keeps. */
  readonly keepsVersions?: number;
}

/** A record as it lies in the store: a document of grantry's own, without secrets. */
export interface StoredRecord {
  /** Undefined when there is none, or when its latest version was deleted. */
  readonly value: JsonObject | undefined;
  /** Number of the latest version; 0 when none was ever written. */
  readonly version: number;
  /**
   * What the store's own clock said while it answered, in milliseconds since the epoch, possibly cut down to a whole
   * second (`CLOCK_GRAIN_MS`): the same clock for every process, whatever their own clocks say.
   */
  readonly now: number;
}

/** By how much a store's clock may be behind itself, because it counts whole seconds. */
export const CLOCK_GRAIN_MS = 1000;

/** What differs between stores, as data: the engine, the contract suite and the table of docs/stores.md go by it. */
export interface StoreCapabilities {
  /**
   * Where a consumer finds the credential before the present one, while the provider accepts both: under the version number
   * that the document names, under a label that the store gives it, in the document itself, or nowhere.
   */
  readonly previous: 'version' | 'label' | 'document' | 'nowhere';
  /** Who keeps two writers of a document apart: the store itself, or only the lock of the stack. */
  readonly checkAndSet: 'store' | 'lock';
  /** What one request of a listing covers: a folder, or the whole store (in pages). */
  readonly listing: 'folder' | 'whole';
  /** A document that somebody deleted keeps its mark and its number. Elsewhere its place is as if nothing was ever there. */
  readonly remembersDeleted: boolean;
  /** A place that was purged can be written to again at once. */
  readonly reusesPurged: boolean;
  /** The largest document, in bytes of JSON; undefined: none that grantry knows of. */
  readonly maxDocumentBytes: number | undefined;
  /** How often a record can be written in a day, for long; undefined: as often as anybody wants. */
  readonly recordWritesPerDay: number | undefined;
}

/**
 * Where credentials are delivered. Paths are inside the target's prefix, in the form `folder/name`.
 * Every method throws a GrantryError: UNREACHABLE or NOT_ALLOWED for the store itself, CONFLICT for a lost
 * check-and-set, FAILED for a document that is not what it should be.
 */
export interface Store {
  readonly capabilities: StoreCapabilities;
  /** How output names a place: `secret/m2m/order-service`. */
  locate(path: string): string;
  /** How output names the store as a whole: the product and the place. */
  describe(): string;
  /**
   * Of these paths, those at which something lies: one listing per folder, no document is read. A place whose latest
   * version was deleted counts only with `includeDeleted`; one that has a mark and no document yet always does.
   */
  existing(paths: readonly string[], options?: { readonly includeDeleted?: boolean }): Promise<ReadonlySet<string>>;
  /** Those of the whole store, as far as the login may know them; a place may have its own. */
  limits(): Promise<StoreLimits>;
  /** The place without its document; undefined when nothing was ever there. */
  inspect(path: string): Promise<StoreEntry | undefined>;
  /** The document; undefined when there is none, or when its latest version was deleted. */
  read(path: string): Promise<StoredDocument | undefined>;
  /**
   * Sets the mark, before or after there is a document; other metadata at the place is kept. With `pathIsEmpty` the caller
   * knows that nothing lies there (from `existing` with `includeDeleted`), and nothing is read first.
   */
  mark(path: string, mark: StoreMark, options?: { readonly pathIsEmpty?: boolean }): Promise<void>;
  /**
   * Writes the document if the latest version is still `expected` (0: nothing was ever written).
   * Keys that grantry does not know are kept. Returns the new version.
   */
  write(path: string, document: DocumentUpdate, expected: number): Promise<number>;
  /** Destroys the document, all its versions and the mark; nothing there is no error. */
  purge(path: string): Promise<void>;
  /** How output names the place of a record: `secret/m2m/.grantry/lock/acme`. */
  locateRecord(name: string): string;
  /** A record by its name, such as `lock/acme`: it lies at `.grantry/NAME`, where no client's document may be. */
  readRecord(name: string): Promise<StoredRecord>;
  /**
   * Writes a record as a whole, if its latest version is still `expected` (0: nothing was ever written). Of several
   * writers exactly one wins; the others get CONFLICT. Only few versions are kept. Returns the new version, and the
   * store's clock.
   */
  writeRecord(name: string, value: JsonObject, expected: number): Promise<Omit<StoredRecord, 'value'>>;
  /**
   * What `doctor` looks at: whether the login has the rights that these clients take, and what else of the store would hurt.
   * Writes nothing, and reads the value of no document.
   */
  checks?(desired: DesiredState): Promise<readonly CheckResult[]>;
}
