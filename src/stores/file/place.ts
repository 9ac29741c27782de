import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import type { MarkPairs } from '../mark.ts';
import { createExclusive, inodeOf, listFolder, makeFolder, pointTo, readIfThere } from './disk.ts';
import { damaged } from './errors.ts';

/** The sub-folder with the versions, by which the store counts. */
export const VERSIONS = '.versions';

const pairsFile = z.record(z.string(), z.string());

/**
 * The files of one document:
 * `NAME.age` what consumers read; `NAME.json` the mark, in the clear; `.versions/NAME.N.age` the current version and
 * the one before. A version is made by linking a finished file to its name, which succeeds for one process only, so
 * that check-and-set needs no lock. `NAME.age` is the same file as the latest version; a crash between the two
 * steps is put right by the next access.
 */
export class Place {
  readonly #folder: string;
  readonly #name: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  get currentFile(): string {
    return join(this.#folder, `${this.#name}.age`);
  }

  get #pairsFile(): string {
    return join(this.#folder, `${this.#name}.json`);
  }

  get #versionsFolder(): string {
    return join(this.#folder, VERSIONS);
  }

  /** The number of the latest version; 0 when there never was one. */
  async latest(): Promise<number> {
    const latest = (await this.#versions()).at(-1);
    // A NAME.age alone, as somebody's copy of the visible files has it, is a first version.
    return latest ?? ((await inodeOf(this.currentFile)) === undefined ? 0 : 1);
  }

  /** The latest version with its number, read as one; undefined when somebody removed NAME.age. */
  async current(): Promise<{ readonly ciphertext: Uint8Array; readonly version: number } | undefined> {
    for (;;) {
      if (!(await this.isReadable())) {
        return undefined;
      }
      await this.#settle();
      const version = (await this.#versions()).at(-1);
      // Not NAME.age, which may already be a later version than the one just counted.
      const file = version === undefined ? this.currentFile : join(this.#versionsFolder, this.#fileOf(version));
      const ciphertext = await readIfThere(file);
      if (ciphertext !== undefined) {
        return { ciphertext, version: version ?? 1 };
      }
      // Removed since it was listed, because later versions came or everything was purged.
    }
  }

  async isReadable(): Promise<boolean> {
    return (await inodeOf(this.currentFile)) !== undefined;
  }

  /** Adds a version after `expected`; false when there is one already. */
  async add(ciphertext: Uint8Array, expected: number): Promise<boolean> {
    await makeFolder(this.#versionsFolder);
    const version = expected + 1;
    if (!(await createExclusive(this.#versionsFolder, this.#fileOf(version), ciphertext))) {
      return false;
    }
    const latest = (await this.#versions()).at(-1) ?? version;
    // A version is removed once there are two later ones: so its name was free for us although it had been used.
    if (latest >= version + 2) {
      await this.#remove(version);
      return false;
    }
    await this.#settle();
    await this.#prune();
    return true;
  }

  async pairs(): Promise<MarkPairs | undefined> {
    const content = await readIfThere(this.#pairsFile);
    if (content === undefined) {
      return undefined;
    }
    try {
      return pairsFile.parse(JSON.parse(content.toString('utf8')));
    } catch {
      throw damaged(this.#pairsFile);
    }
  }

  async writePairs(pairs: MarkPairs): Promise<void> {
    await makeFolder(this.#folder);
    await inodeOf(this.#pairsFile);
    await writeFileAtomic(this.#pairsFile, `${JSON.stringify(pairs, null, 2)}\n`, { mode: 0o600 });
  }

  /** Removes everything; the mark last, so that a crash leaves nothing that looks foreign. */
  async remove(): Promise<void> {
    await rm(this.currentFile, { force: true });
    for (const version of await this.#versions()) {
      await this.#remove(version);
    }
    await rm(this.#pairsFile, { force: true });
  }

  #fileOf(version: number): string {
    return `${this.#name}.${version}.age`;
  }

  async #remove(version: number): Promise<void> {
    await rm(join(this.#versionsFolder, this.#fileOf(version)), { force: true });
  }

  async #versions(): Promise<readonly number[]> {
    const names = await listFolder(this.#versionsFolder);
    return names
      .filter((name) => name.startsWith(`${this.#name}.`) && name.endsWith('.age'))
      .map((name) => name.slice(this.#name.length + 1, -'.age'.length))
      .filter((version) => /^[1-9]\d*$/.test(version))
      .map(Number)
      .toSorted((a, b) => a - b);
  }

  /** Makes NAME.age the latest version. Repeated until it is: another process may be doing the same. */
  async #settle(): Promise<void> {
    for (let latest = await this.#versions(); latest.length > 0; latest = await this.#versions()) {
      const file = join(this.#versionsFolder, this.#fileOf(latest.at(-1) ?? 0));
      const inode = await inodeOf(file);
      if (inode === undefined || inode === (await inodeOf(this.currentFile))) {
        return;
      }
      await pointTo(file, this.#folder, `${this.#name}.age`);
    }
  }

  async #prune(): Promise<void> {
    for (const version of (await this.#versions()).slice(0, -2)) {
      await this.#remove(version);
    }
  }
}
