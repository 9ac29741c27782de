import { join } from 'node:path';
import type { CheckResult } from '../../model/check.ts';
import type { DesiredState } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/values/json.ts';
import { fromData, mergeData } from '../document.ts';
import type { DocumentData } from '../document.ts';
import { fromPairs, mergePairs, samePairs } from '../mark.ts';
import { checkStorePath, groupByFolder, recordPath, splitStorePath } from '../path.ts';
import { changedMeanwhile } from '../record.ts';
import type {
  Store,
  DocumentUpdate,
  StoredDocument,
  StoredRecord,
  StoreEntry,
  StoreLimits,
  StoreMark,
} from '../store.ts';
import { fileCapabilities } from './capabilities.ts';
import { createAgeBox } from './crypto.ts';
import type { AgeBox } from './crypto.ts';
import { listFolder, refuseSymlinks } from './disk.ts';
import { asFileError, damaged } from './errors.ts';
import { Place } from './place.ts';
import { readRecordFile, writeRecordFile } from './records.ts';
import { describeFileStore } from './settings.ts';
import type { FileStoreSettings } from './settings.ts';
import { VERSIONS } from './versioned-file.ts';

/** Checks the keys and returns the store; nothing is written before the first mark or document. */
export async function openFileStore(settings: FileStoreSettings): Promise<Store> {
  return new FileStore(settings, await createAgeBox(settings));
}

/** Documents as files encrypted with age: see `Place` for what lies where. */
class FileStore implements Store {
  readonly capabilities = fileCapabilities;
  readonly #settings: FileStoreSettings;
  readonly #root: string;
  readonly #shownRoot: string;
  readonly #box: AgeBox;

  constructor(settings: FileStoreSettings, box: AgeBox) {
    const { path, shownPath = path } = settings;
    this.#settings = settings;
    this.#root = path;
    this.#shownRoot = shownPath;
    this.#box = box;
  }

  locate(path: string): string {
    return this.#shown(`${checkStorePath(path)}.age`);
  }

  describe(): string {
    return describeFileStore(this.#settings);
  }

  async existing(
    paths: readonly string[],
    options: { readonly includeDeleted?: boolean } = {},
  ): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const [folder, wanted] of groupByFolder(paths)) {
      const listed = await this.#guarded(folder, async (absolute) => ({
        visible: new Set(await listFolder(absolute)),
        versions: await listFolder(join(absolute, VERSIONS)),
      }));
      const counted = new Set(listed.versions.map((file) => file.replace(/\.\d+\.age$/, '')));
      for (const path of wanted) {
        const { name } = splitStorePath(path);
        const markOnly = listed.visible.has(`${name}.json`) && !counted.has(name);
        if (listed.visible.has(`${name}.age`) || markOnly || (options.includeDeleted === true && counted.has(name))) {
          found.add(path);
        }
      }
    }
    return found;
  }

  async limits(): Promise<StoreLimits> {
    return {};
  }

  async inspect(path: string): Promise<StoreEntry | undefined> {
    return this.#at(path, async (place) => {
      const pairs = await place.pairs();
      const version = await place.latest();
      return pairs === undefined && version === 0
        ? undefined
        : { mark: fromPairs(pairs ?? {}), version, readable: await place.isReadable() };
    });
  }

  async read(path: string): Promise<StoredDocument | undefined> {
    return this.#at(path, async (place) => {
      const found = await place.current();
      if (found === undefined) {
        return undefined;
      }
      const data = await this.#decode(found.content, place);
      return { document: fromData(data, this.locate(path)), version: found.version };
    });
  }

  async mark(path: string, mark: StoreMark): Promise<void> {
    await this.#at(path, async (place) => {
      const before = await place.pairs();
      const after = mergePairs(before ?? {}, mark);
      if (before === undefined || !samePairs(before, after)) {
        await place.writePairs(after);
      }
    });
  }

  async write(path: string, document: DocumentUpdate, expected: number): Promise<number> {
    return this.#at(path, async (place) => {
      const before = (await place.latest()) === expected ? await this.#before(place) : 'lost';
      const content = before === 'lost' ? undefined : JSON.stringify(mergeData(before, document));
      if (content === undefined || !(await place.add(await this.#box.seal(content), expected))) {
        throw changedMeanwhile(this.locate(path));
      }
      return expected + 1;
    });
  }

  async purge(path: string): Promise<void> {
    await this.#at(path, (place) => place.remove());
  }

  locateRecord(name: string): string {
    return this.#shown(`${recordPath(name)}.json`);
  }

  async readRecord(name: string): Promise<StoredRecord> {
    const place = splitStorePath(recordPath(name));
    return this.#guarded(place.folder, (folder) => readRecordFile(folder, place.name));
  }

  async writeRecord(name: string, value: JsonObject, expected: number): Promise<Omit<StoredRecord, 'value'>> {
    const place = splitStorePath(recordPath(name));
    return this.#guarded(place.folder, (folder) =>
      writeRecordFile({ folder, name: place.name, where: this.locateRecord(name) }, value, expected),
    );
  }

  async checks(desired: DesiredState): Promise<readonly CheckResult[]> {
    const { checkFiles } = await import('./check-files.ts');
    return checkFiles({ root: this.#root, shownRoot: this.#shownRoot, box: this.#box }, desired);
  }

  /** What a new version is merged with. A damaged file has nothing to keep, and must not stand in the way of repair. */
  async #before(place: Place): Promise<DocumentData | undefined> {
    // Whatever is newer than the expected version makes the write fail anyway.
    const found = await place.current();
    if (found === undefined) {
      return undefined;
    }
    try {
      return await this.#decode(found.content, place);
    } catch (error) {
      if (error instanceof GrantryError && error.code === 'FAILED') {
        return undefined;
      }
      throw error;
    }
  }

  async #decode(ciphertext: Uint8Array, place: Place): Promise<DocumentData> {
    const text = await this.#box.open(ciphertext, place.currentFile);
    try {
      const data: unknown = JSON.parse(text);
      if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
        return { ...data };
      }
    } catch {
      // The error of JSON.parse quotes the text.
    }
    throw damaged(place.currentFile);
  }

  async #at<T>(path: string, work: (place: Place) => Promise<T>): Promise<T> {
    const { folder, name } = splitStorePath(checkStorePath(path));
    return this.#guarded(folder, (absolute) => work(new Place(absolute, name)));
  }

  async #guarded<T>(folder: string, work: (absolute: string) => Promise<T>): Promise<T> {
    const absolute = join(this.#root, folder);
    if (folder.split('/').includes(VERSIONS)) {
      throw new GrantryError('INVALID_INPUT', `A folder in the file store may not be called ${VERSIONS}`);
    }
    try {
      await refuseSymlinks(this.#root, folder);
      return await work(absolute);
    } catch (error) {
      throw asFileError(error, absolute);
    }
  }

  #shown(path: string): string {
    return join(this.#shownRoot, path);
  }
}
