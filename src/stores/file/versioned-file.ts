import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createExclusive, inodeOf, listFolder, makeFolder, pointTo, readIfThere } from './disk.ts';

/** The sub-folder with the versions, by which the store counts. */
export const VERSIONS = '.versions';

/** The content of a version, with its number. */
export interface CurrentVersion {
  readonly content: Uint8Array;
  readonly version: number;
}

/**
 * A file with numbered versions: `NAME.EXT` is what others read, `.versions/NAME.N.EXT` are the current version and
 * the one before. A version is made by linking a finished file to its name, which succeeds for one process only, so
 * that check-and-set needs no lock. `NAME.EXT` is the same file as the latest version; a crash between the two
 * steps is put right by the next access.
 */
export class VersionedFile {
  readonly #folder: string;
  readonly #name: string;
  readonly #suffix: string;

  /** `suffix` is that of the file's name, such as `.age`. */
  constructor(folder: string, name: string, suffix: string) {
    this.#folder = folder;
    this.#name = name;
    this.#suffix = suffix;
  }

  get currentFile(): string {
    return join(this.#folder, `${this.#name}${this.#suffix}`);
  }

  get #versionsFolder(): string {
    return join(this.#folder, VERSIONS);
  }

  /** The number of the latest version; 0 when there never was one. */
  async latest(): Promise<number> {
    const latest = (await this.#versions()).at(-1);
    // A NAME.EXT alone, as somebody's copy of the visible files has it, is a first version.
    return latest ?? ((await inodeOf(this.currentFile)) === undefined ? 0 : 1);
  }

  /** The latest version with its number, read as one; undefined when somebody removed NAME.EXT. */
  async current(): Promise<CurrentVersion | undefined> {
    return (await this.isReadable()) ? this.newest() : undefined;
  }

  /**
   * The same, also where NAME.EXT is missing, as it is for a moment while the first version is made: a client that reads
   * the versions alone never takes that for an empty place.
   */
  async newest(): Promise<CurrentVersion | undefined> {
    for (;;) {
      await this.#pointToLatest();
      const version = (await this.#versions()).at(-1);
      // Not NAME.EXT, which may already be a later version than the one just counted.
      const file = version === undefined ? this.currentFile : join(this.#versionsFolder, this.#fileOf(version));
      const content = await readIfThere(file);
      if (content !== undefined) {
        return { content, version: version ?? 1 };
      }
      if (version === undefined) {
        return undefined;
      }
      // Removed since it was listed, because later versions came or everything was purged.
    }
  }

  async isReadable(): Promise<boolean> {
    return (await inodeOf(this.currentFile)) !== undefined;
  }

  /** Adds a version after `expected`; false when there is one already. */
  async add(content: Uint8Array, expected: number): Promise<boolean> {
    await makeFolder(this.#versionsFolder);
    const version = expected + 1;
    if (!(await createExclusive(this.#versionsFolder, this.#fileOf(version), content))) {
      return false;
    }
    const latest = (await this.#versions()).at(-1) ?? version;
    // A version is removed once there are two later ones: so its name was free for us although it had been used.
    if (latest >= version + 2) {
      await this.#remove(version);
      return false;
    }
    await this.#pointToLatest();
    await this.#prune();
    return true;
  }

  /** Removes the file and its versions. */
  async remove(): Promise<void> {
    await rm(this.currentFile, { force: true });
    for (const version of await this.#versions()) {
      await this.#remove(version);
    }
  }

  #fileOf(version: number): string {
    return `${this.#name}.${version}${this.#suffix}`;
  }

  async #remove(version: number): Promise<void> {
    await rm(join(this.#versionsFolder, this.#fileOf(version)), { force: true });
  }

  async #versions(): Promise<readonly number[]> {
    const names = await listFolder(this.#versionsFolder);
    return names
      .filter((name) => name.startsWith(`${this.#name}.`) && name.endsWith(this.#suffix))
      .map((name) => name.slice(this.#name.length + 1, -this.#suffix.length))
      .filter((version) => /^[1-9]\d*$/.test(version))
      .map(Number)
      .toSorted((a, b) => a - b);
  }

  /** Makes NAME.EXT the latest version. Repeated until it is: another process may be doing the same. */
  async #pointToLatest(): Promise<void> {
    for (let latest = await this.#versions(); latest.length > 0; latest = await this.#versions()) {
      const file = join(this.#versionsFolder, this.#fileOf(latest.at(-1) ?? 0));
      const inode = await inodeOf(file);
      if (inode === undefined || inode === (await inodeOf(this.currentFile))) {
        return;
      }
      await pointTo(file, this.#folder, `${this.#name}${this.#suffix}`);
    }
  }

  async #prune(): Promise<void> {
    for (const version of (await this.#versions()).slice(0, -2)) {
      await this.#remove(version);
    }
  }
}
