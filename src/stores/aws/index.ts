import pLimit from 'p-limit';
import type { CheckResult } from '../../model/check.ts';
import type { DesiredState } from '../../model/desired.ts';
import type { JsonObject } from '../../model/values/json.ts';
import type { KeyedCache } from '../../platform/keyed-cache.ts';
import { withoutWriteGuard } from '../../platform/ports.ts';
import type { Ports } from '../../platform/ports.ts';
import { encodeData, fromData, mergeData } from '../document.ts';
import { fromPairs, mergePairs } from '../mark.ts';
import { checkStorePath, recordPath } from '../path.ts';
import { changedMeanwhile, requireClock, toRecord } from '../record.ts';
import type {
  DocumentUpdate,
  Store,
  StoredDocument,
  StoredRecord,
  StoreEntry,
  StoreLimits,
  StoreMark,
} from '../store.ts';
import { SecretsApi } from './api.ts';
import { awsCapabilities } from './capabilities.ts';
import { openAwsLogin } from './credentials.ts';
import type { AwsLogin } from './credentials.ts';
import type { Examined } from './doctor/check-aws.ts';
import { rotatedByAws } from './errors.ts';
import { parseText, Secrets } from './secrets.ts';
import type { Place } from './secrets.ts';
import { describeAws, locateSecret, secretName } from './settings.ts';
import type { AwsSettings } from './settings.ts';
import { fromTags, tagChanges, toTags } from './tags.ts';
import { createTransport } from './transport.ts';

/** The logins of a run: stores in one region share it. */
export type AwsLogins = KeyedCache<AwsSettings, Promise<AwsLogin>>;

/** Secrets that are looked at at the same time. */
const LOOKS = 8;

/** A version that is to be written. */
interface Next {
  readonly expected: number;
  readonly textAfter: (id: string | undefined) => Promise<string>;
  readonly writes: boolean;
}

/** Finds credentials and returns the store. Nothing is asked of Secrets Manager yet. */
export async function openAwsStore(settings: AwsSettings, ports: Ports, logins?: AwsLogins): Promise<Store> {
  if (settings.prefix !== '') checkStorePath(settings.prefix);
  const newLogin = (): Promise<AwsLogin> => openAwsLogin(settings.region, withoutWriteGuard(ports));
  const login = await (logins?.get(settings, newLogin) ?? newLogin());
  await login();
  return awsStoreWith(settings, login, ports);
}

/** The store of those who have keys. */
export function awsStoreWith(settings: AwsSettings, login: AwsLogin, ports: Ports): Store {
  const send = createTransport(settings, login, ports);
  return new AwsStore(settings, new SecretsApi(settings, send), { send, login, ports });
}

/** What the store talks to AWS by. */
type AwsAccess = Pick<Examined, 'send' | 'login' | 'ports'>;

class AwsStore implements Store {
  readonly capabilities = awsCapabilities;
  readonly #settings: AwsSettings;
  readonly #api: SecretsApi;
  readonly #access: AwsAccess;
  readonly #secrets: Secrets;

  constructor(settings: AwsSettings, api: SecretsApi, access: AwsAccess) {
    const { ports } = access;
    this.#settings = settings;
    this.#api = api;
    this.#access = access;
    this.#secrets = new Secrets(api, (name) => locateSecret(settings.region, name), ports);
  }

  locate(path: string): string {
    return locateSecret(this.#settings.region, this.#name(path));
  }

  describe(): string {
    return describeAws(this.#settings);
  }

  async existing(
    paths: readonly string[],
    { includeDeleted = false }: { readonly includeDeleted?: boolean } = {},
  ): Promise<ReadonlySet<string>> {
    const names = new Map(paths.map((path) => [path, this.#name(path)]));
    if (names.size === 0) return new Set();
    const { prefix } = this.#settings;
    const listed = await this.#api.list(prefix === '' ? '' : `${secretName(prefix, '')}/`, { includeDeleted });
    const limit = pLimit(LOOKS);
    const isThere = async (name: string): Promise<boolean> => {
      if (listed.has(name)) return true;
      // A listing may lack what was written in the last five minutes.
      const place = await limit(() => this.#secrets.look(name));
      return place !== undefined && (includeDeleted || !place.isDeleted);
    };
    const found = await Promise.all([...names].map(async ([path, name]) => ((await isThere(name)) ? [path] : [])));
    return new Set(found.flat());
  }

  async limits(): Promise<StoreLimits> {
    return {};
  }

  async inspect(path: string): Promise<StoreEntry | undefined> {
    const place = await this.#secrets.look(this.#name(path));
    if (place === undefined) return undefined;
    return { mark: fromPairs(fromTags(place.tags)), version: place.version, readable: isReadable(place) };
  }

  async read(path: string): Promise<StoredDocument | undefined> {
    const name = this.#name(path);
    const found = await this.#secrets.read(name);
    if (found === undefined) return undefined;
    const where = this.locate(path);
    return { document: fromData(parseText(found.text, where), where), version: found.version };
  }

  async mark(path: string, mark: StoreMark, options: { readonly pathIsEmpty?: boolean } = {}): Promise<void> {
    const name = this.#name(path);
    const own = toTags(mergePairs(this.#settings.tags, mark));
    if (options.pathIsEmpty === true && (await this.#secrets.create(name, { tags: own, writes: true }))) return;
    const place = await this.#secrets.look(name);
    if (place === undefined) {
      if (!(await this.#secrets.create(name, { tags: own, writes: true })))
        throw changedMeanwhile(locateSecret(this.#settings.region, name));
      return;
    }
    await this.#makeUsable(name, place, { writes: true });
    const after = toTags(mergePairs({ ...fromTags(place.tags), ...this.#settings.tags }, mark));
    await this.#secrets.retag(name, tagChanges(place.tags, after));
  }

  async write(path: string, document: DocumentUpdate, expected: number): Promise<number> {
    const [name, where] = [this.#name(path), this.locate(path)];
    const textAfter = async (id: string | undefined): Promise<string> => {
      const before = id === undefined ? undefined : parseText((await this.#secrets.readAt(name, id)).text, where);
      return encodeData(mergeData(before, document), this.capabilities, where);
    };
    return this.#replace(name, { expected, textAfter, writes: true });
  }

  async purge(path: string): Promise<void> {
    await this.#secrets.remove(this.#name(path));
  }

  locateRecord(name: string): string {
    return this.locate(recordPath(name));
  }

  async readRecord(name: string): Promise<StoredRecord> {
    const [secret, where] = [this.#name(recordPath(name)), this.locateRecord(name)];
    const found = await this.#secrets.read(secret);
    if (found !== undefined) {
      return {
        value: toRecord(parseText(found.text, where), where),
        version: found.version,
        now: this.#clock(),
      };
    }
    const place = await this.#secrets.look(secret);
    // Somebody has written it since: what it holds and its number must be of one moment.
    if (place !== undefined && isReadable(place)) return this.readRecord(name);
    return { value: undefined, version: place?.version ?? 0, now: this.#clock() };
  }

  async writeRecord(name: string, value: JsonObject, expected: number): Promise<Omit<StoredRecord, 'value'>> {
    const where = this.locateRecord(name);
    const text = encodeData(value, this.capabilities, where);
    const next = { expected, textAfter: async () => text, writes: false };
    const version = await this.#replace(this.#name(recordPath(name)), next);
    return { version, now: this.#clock() };
  }

  async checks(desired: DesiredState): Promise<readonly CheckResult[]> {
    const { checkAws } = await import('./doctor/check-aws.ts');
    return checkAws({ settings: this.#settings, api: this.#api, ...this.#access }, desired);
  }

  #name(path: string): string {
    return secretName(this.#settings.prefix, checkStorePath(path));
  }

  /** Writes version `expected` + 1 if `expected` is the latest; `textAfter` makes it, from the version with this id if there is one. */
  async #replace(name: string, { expected, textAfter, writes }: Next): Promise<number> {
    if (expected === 0 && this.#secrets.isNew(name)) {
      return this.#secrets.replace(name, { version: 1, text: await textAfter(undefined), from: undefined, writes });
    }
    const place = await this.#secrets.look(name);
    if ((place?.version ?? 0) !== expected) throw changedMeanwhile(locateSecret(this.#settings.region, name));
    if (place === undefined) {
      const first = { text: await textAfter(undefined), tags: toTags(this.#settings.tags), writes };
      return this.#secrets.createWith(name, first);
    }
    await this.#makeUsable(name, place, { writes });
    const text = await textAfter(place.current);
    return this.#secrets.replace(name, { version: expected + 1, text, from: place.current, writes });
  }

  /** Takes the deletion back of a place that is written to again: AWS refuses its name to a new secret until it has gone. */
  async #makeUsable(name: string, place: Place, { writes }: { readonly writes: boolean }): Promise<void> {
    if (place.isRotated) throw rotatedByAws(name);
    if (place.isDeleted) await this.#api.restore(name, { writes });
  }

  #clock(): number {
    return requireClock(this.#api.now, `AWS Secrets Manager at ${this.#settings.endpoint}`);
  }
}

function isReadable({ current, isDeleted }: Place): boolean {
  return current !== undefined && !isDeleted;
}
