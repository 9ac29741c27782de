import type { JsonObject } from '../../model/values/json.ts';
import { fromData, mergeData } from '../document.ts';
import type { DocumentData } from '../document.ts';
import { fromPairs, mergePairs } from '../mark.ts';
import type { MarkPairs } from '../mark.ts';
import { checkStorePath, groupByFolder, recordPath } from '../path.ts';
import { changedMeanwhile, toRecord } from '../record.ts';
import type {
  Store,
  StoreCapabilities,
  DocumentUpdate,
  StoredDocument,
  StoredRecord,
  StoreEntry,
  StoreLimits,
  StoreMark,
} from '../store.ts';

const CAPABILITIES: StoreCapabilities = {
  previous: 'version',
  checkAndSet: 'store',
  listing: 'folder',
  remembersDeleted: true,
  reusesPurged: true,
  maxDocumentBytes: undefined,
  recordWritesPerDay: undefined,
};

interface Place {
  pairs: MarkPairs;
  /** Index 0 is version 1; undefined where it was deleted. */
  readonly versions: (DocumentData | undefined)[];
}

/** A store in memory, for unit tests, with the handles that tests need. */
export class MemoryStore implements Store {
  readonly #places = new Map<string, Place>();
  readonly #records = new Map<string, { readonly text: string | undefined; readonly version: number }>();
  readonly #now: () => number;
  /** One per listing, read and write, as a server would see them. */
  requests = 0;
  /** Of these, the ones that changed something. */
  writes = 0;

  /** What a test wants it to be able to do. */
  capabilities: StoreCapabilities = CAPABILITIES;
  /** What becomes of documents by themselves. */
  wholeLimits: StoreLimits = {};
  readonly #limitsOf = new Map<string, StoreLimits>();

  readonly #name: string;

  /** `now` is the store's own clock, in milliseconds since the epoch; places are named by `name`. */
  constructor(now: () => number = Date.now, name = 'memory') {
    this.#now = now;
    this.#name = name;
  }

  locate(path: string): string {
    return `${this.#name}/${checkStorePath(path)}`;
  }

  describe(): string {
    return this.#name;
  }

  async existing(
    paths: readonly string[],
    options: { readonly includeDeleted?: boolean } = {},
  ): Promise<ReadonlySet<string>> {
    this.requests += groupByFolder(paths).size;
    return new Set(paths.filter((path) => this.#listed(path, options.includeDeleted === true)));
  }

  async limits(): Promise<StoreLimits> {
    return this.wholeLimits;
  }

  async inspect(path: string): Promise<StoreEntry | undefined> {
    const place = this.#places.get(checkStorePath(path));
    this.requests += 1;
    if (place === undefined) return undefined;
    const limits = this.#limitsOf.get(path);
    return {
      mark: fromPairs(place.pairs),
      version: place.versions.length,
      readable: place.versions.at(-1) !== undefined,
      ...(limits === undefined ? {} : { limits }),
    };
  }

  async read(path: string): Promise<StoredDocument | undefined> {
    const versions = this.#places.get(checkStorePath(path))?.versions ?? [];
    this.requests += 1;
    const data = versions.at(-1);
    return data === undefined ? undefined : { document: fromData(data, this.locate(path)), version: versions.length };
  }

  async mark(path: string, mark: StoreMark): Promise<void> {
    const pairs = mergePairs(this.#places.get(checkStorePath(path))?.pairs ?? {}, mark);
    this.#countWrite();
    this.#at(path).pairs = pairs;
  }

  async write(path: string, document: DocumentUpdate, expected: number): Promise<number> {
    const versions = this.#places.get(checkStorePath(path))?.versions ?? [];
    this.#countWrite();
    if (versions.length !== expected) {
      throw changedMeanwhile(this.locate(path));
    }
    const data = mergeData(versions.at(-1), document);
    return this.#at(path).versions.push(data);
  }

  async purge(path: string): Promise<void> {
    checkStorePath(path);
    this.#countWrite();
    this.#places.delete(path);
  }

  locateRecord(name: string): string {
    return `${this.#name}/${recordPath(name)}`;
  }

  async readRecord(name: string): Promise<StoredRecord> {
    const { text, version } = this.#records.get(recordPath(name)) ?? { text: undefined, version: 0 };
    this.requests += 1;
    const value = text === undefined ? undefined : toRecord(JSON.parse(text), this.locateRecord(name));
    return { value, version, now: this.#now() };
  }

  async writeRecord(name: string, value: JsonObject, expected: number): Promise<Omit<StoredRecord, 'value'>> {
    const { version } = this.#records.get(recordPath(name)) ?? { version: 0 };
    this.#countWrite();
    if (version !== expected) throw changedMeanwhile(this.locateRecord(name));
    this.#records.set(recordPath(name), { text: JSON.stringify(value), version: version + 1 });
    return { version: version + 1, now: this.#now() };
  }

  /** Deletes the latest version of a record; its number stays taken. */
  deleteRecord(name: string): void {
    const { version } = this.#records.get(recordPath(name)) ?? { version: 0 };
    this.#records.set(recordPath(name), { text: undefined, version });
  }

  /** Deletes a record with its metadata: versions count from 1 again. */
  purgeRecord(name: string): void {
    this.#records.delete(recordPath(name));
  }

  /** Writes as somebody else would: a new version, of any content. */
  writeForeign(path: string, data: DocumentData, pairs: MarkPairs = {}): void {
    const place = this.#at(path);
    place.pairs = { ...place.pairs, ...pairs };
    place.versions.push(data);
  }

  /** Replaces all that was noted beside a document, as a tool does that knows nothing of grantry. */
  replacePairs(path: string, pairs: MarkPairs): void {
    this.#at(path).pairs = pairs;
  }

  limitPlace(path: string, limits: StoreLimits): void {
    this.#limitsOf.set(path, limits);
  }

  /** Deletes the latest version; its number stays taken. */
  deleteLatest(path: string): void {
    const versions = this.#at(path).versions;
    versions[versions.length - 1] = undefined;
  }

  /** A version of a document; undefined where there is none. */
  peekVersion(path: string, version: number): DocumentData | undefined {
    return this.#places.get(path)?.versions[version - 1];
  }

  /** Everything that lies at a path, secrets in the clear. */
  peek(path: string): { readonly data: DocumentData | undefined; readonly pairs: MarkPairs } | undefined {
    const place = this.#places.get(path);
    return place === undefined ? undefined : { data: place.versions.at(-1), pairs: place.pairs };
  }

  #listed(path: string, includeDeleted: boolean): boolean {
    const versions = this.#places.get(path)?.versions;
    return versions !== undefined && (includeDeleted || versions.length === 0 || versions.at(-1) !== undefined);
  }

  #at(path: string): Place {
    const place = this.#places.get(checkStorePath(path)) ?? { pairs: {}, versions: [] };
    this.#places.set(path, place);
    return place;
  }

  #countWrite(): void {
    this.requests += 1;
    this.writes += 1;
  }
}
