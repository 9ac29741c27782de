import { GrantryError } from '../../model/errors.ts';
import type { CheckResult } from '../../model/check.ts';
import type { DesiredState } from '../../model/desired.ts';
import { shellWord } from '../../model/text/shell-word.ts';
import type { JsonObject } from '../../model/values/json.ts';
import { withoutWriteGuard } from '../../platform/ports.ts';
import type { Ports } from '../../platform/ports.ts';
import type { KeyedCache } from '../../platform/keyed-cache.ts';
import type { OpenOptions } from '../description.ts';
import { fromData, mergeData, toPatch } from '../document.ts';
import { mergePairs, samePairs } from '../mark.ts';
import { checkStorePath, groupByFolder, recordPath } from '../path.ts';
import { changedMeanwhile, requireClock, toRecord } from '../record.ts';
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
import { KvApi } from './api.ts';
import type { Written } from './api.ts';
import { capabilitiesOf } from './capabilities.ts';
import { toEntry, toLimits } from './convert.ts';
import { DetailedListings, NameListings } from './listings.ts';
import type { Listings } from './listings.ts';
import { nameOfServer, productOf } from './product.ts';
import { openSession, VaultLogin } from './session.ts';
import type { VaultSession } from './session.ts';
import { describeVault, locateInVault } from './settings.ts';
import type { VaultSettings } from './settings.ts';
import { createTransport } from './transport.ts';

/** The logins of a run: stores with the same one share it. */
export type VaultLogins = KeyedCache<VaultSettings, VaultLogin>;

/** Versions of a record that the server keeps. */
const RECORD_VERSIONS = 2;

/**
 * Logs in to Vault or OpenBao, checks the mount, and returns the store: two requests, or one where another store with the same login is
 * open already.
 */
export async function openVaultStore(
  settings: VaultSettings,
  ports: Ports,
  { logins, forChecks = false }: OpenOptions & { readonly logins?: VaultLogins } = {},
): Promise<Store> {
  checkStorePath(settings.mount);
  if (settings.prefix !== '') {
    checkStorePath(settings.prefix);
  }
  const newLogin = (own: Ports): VaultLogin => new VaultLogin(settings, createTransport(settings, own), own);
  const login = logins?.get(settings, () => newLogin(withoutWriteGuard(ports))) ?? newLogin(ports);
  const session = await openSession(login, createTransport(settings, ports));
  const api = new KvApi(settings, session);
  if (!forChecks) await api.checkMount();
  return new VaultStore(settings, { api, session }, ports);
}

class VaultStore implements Store {
  readonly capabilities: StoreCapabilities;
  readonly #settings: VaultSettings;
  readonly #api: KvApi;
  readonly #session: VaultSession;
  readonly #ports: Ports;
  readonly #listings: Listings;
  #limits: Promise<StoreLimits> | undefined;
  /** False once the server has refused a patch: then every update is read, merged and written. */
  #mayPatch = true;

  constructor(settings: VaultSettings, { api, session }: { api: KvApi; session: VaultSession }, ports: Ports) {
    this.#settings = settings;
    this.#api = api;
    this.#session = session;
    this.#ports = ports;
    this.capabilities = capabilitiesOf(settings.kind);
    const toFolder = (folder: string): string => this.#folder(folder);
    this.#listings =
      settings.kind === 'openbao'
        ? new DetailedListings(api, toFolder, () => ports.clock.now())
        : new NameListings(api, toFolder);
  }

  locate(path: string): string {
    return locateInVault(this.#settings, checkStorePath(path));
  }

  describe(): string {
    return describeVault(this.#settings);
  }

  async existing(
    paths: readonly string[],
    { includeDeleted = false }: { readonly includeDeleted?: boolean } = {},
  ): Promise<ReadonlySet<string>> {
    return this.#listings.existing(groupByFolder(paths), { includeDeleted });
  }

  async inspect(path: string): Promise<StoreEntry | undefined> {
    const metadata = await this.#api.readMetadata(this.#place(path));
    return metadata === undefined ? undefined : toEntry(metadata, this.#ports.clock.now(), this.#unlimit(path));
  }

  /** Asked once in a run, before something is written. A token that may not read them learns nothing. */
  limits(): Promise<StoreLimits> {
    const hint = `What grantry keeps must not vanish. Unset it: ${this.#command} write ${this.#settings.mount}/config delete_version_after=0s`;
    this.#limits ??= this.#api.readConfig().then((limits) => (limits === undefined ? {} : toLimits(limits, hint)));
    return this.#limits;
  }

  async read(path: string): Promise<StoredDocument | undefined> {
    const found = await this.#api.readData(this.#place(path));
    return found?.data === undefined
      ? undefined
      : { document: fromData(found.data, this.locate(path)), version: found.version };
  }

  async mark(path: string, mark: StoreMark, options: { readonly pathIsEmpty?: boolean } = {}): Promise<void> {
    const place = this.#place(path);
    // The server replaces all custom_metadata of a place, so what others wrote there has to be sent again.
    const before = options.pathIsEmpty === true ? {} : ((await this.#api.readMetadata(place))?.pairs ?? {});
    const after = mergePairs(before, mark);
    if (!samePairs(before, after)) {
      await this.#api.writeMetadata(place, after);
    }
  }

  async write(path: string, document: DocumentUpdate, expected: number): Promise<number> {
    const place = this.#place(path);
    const written =
      expected === 0
        ? await this.#api.writeData(place, mergeData(undefined, document), 0)
        : await this.#update(place, document, expected);
    return this.#lasting(written, path).version;
  }

  async purge(path: string): Promise<void> {
    await this.#api.remove(this.#place(path));
  }

  locateRecord(name: string): string {
    return this.locate(recordPath(name));
  }

  async readRecord(name: string): Promise<StoredRecord> {
    const { found, now } = await this.#api.readDataAndTime(this.#place(recordPath(name)));
    const value = found?.data === undefined ? undefined : toRecord(found.data, this.locateRecord(name));
    return { value, version: found?.version ?? 0, now: requireClock(now, nameOfServer(this.#settings)) };
  }

  async writeRecord(name: string, value: JsonObject, expected: number): Promise<Omit<StoredRecord, 'value'>> {
    const path = recordPath(name);
    const place = this.#place(path);
    if (expected === 0) {
      // Locks are written at every renewal: nobody needs those versions, and audits of the mount need them least.
      await this.#api.limitVersions(place, RECORD_VERSIONS);
    }
    const { version, now } = this.#lasting(await this.#api.writeData(place, value, expected, { writes: false }), path);
    return { version, now: requireClock(now, nameOfServer(this.#settings)) };
  }

  async checks(desired: DesiredState): Promise<readonly CheckResult[]> {
    const { checkVault } = await import('./doctor/check-vault.ts');
    const [settings, api, ports, session] = [this.#settings, this.#api, this.#ports, this.#session];
    return checkVault({ settings, api, ports, session, store: this }, desired);
  }

  #lasting(written: Written, path: string): Extract<Written, { kind: 'done' }> {
    if (written.kind === 'lost') {
      throw changedMeanwhile(this.locate(path));
    }
    if (written.deletedAt !== '') {
      throw this.#willVanish(path, written.deletedAt);
    }
    return written;
  }

  async #update(place: string, document: DocumentUpdate, expected: number): Promise<Written> {
    if (this.#mayPatch) {
      const patched = await this.#api.patchData(place, toPatch(document), expected);
      if (patched.kind === 'done' || patched.kind === 'lost') {
        return patched;
      }
      if (patched.kind === 'deleted') {
        // Nothing is left to merge with, but the number of the deleted version is still what check-and-set counts.
        return this.#api.writeData(place, mergeData(undefined, document), expected);
      }
      this.#mayPatch = false;
    }
    const before = await this.#api.readData(place);
    return this.#api.writeData(place, mergeData(before?.data, document), expected);
  }

  /** delete_version_after of the mount or the place, which cannot be overruled by a write. */
  #willVanish(path: string, at: string): GrantryError {
    const { mount } = this.#settings;
    return new GrantryError(
      'FAILED',
      `${productOf(this.#settings).label} is going to delete ${this.locate(path)} at ${at}: delete_version_after is set`,
      {
        hint: `What grantry keeps must not vanish. Unset it: ${this.#command} write ${shellWord(`${mount}/config`)} delete_version_after=0s, and in the metadata of that place.`,
      },
    );
  }

  get #command(): string {
    return productOf(this.#settings).command;
  }

  #unlimit(path: string): string {
    return `What grantry keeps must not vanish. Unset it: ${this.#command} kv metadata put ${shellWord(`-mount=${this.#settings.mount}`)} -delete-version-after=0s ${shellWord(this.#place(path))}`;
  }

  #folder(folder: string): string {
    const { prefix } = this.#settings;
    return folder === '' ? prefix : this.#place(folder);
  }

  #place(path: string): string {
    const { prefix } = this.#settings;
    return prefix === '' ? checkStorePath(path) : `${prefix}/${checkStorePath(path)}`;
  }
}
