import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import type { MarkPairs } from '../mark.ts';
import { inodeOf, makeFolder, readIfThere } from './disk.ts';
import { damaged } from './errors.ts';
import { VersionedFile } from './versioned-file.ts';

const pairsFile = z.record(z.string(), z.string());

/** The files of one document: `NAME.age` with its versions, and `NAME.json`, the mark, in the clear. */
export class Place extends VersionedFile {
  readonly #folder: string;
  readonly #pairsFile: string;

  constructor(folder: string, name: string) {
    super(folder, name, '.age');
    this.#folder = folder;
    this.#pairsFile = join(folder, `${name}.json`);
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
  override async remove(): Promise<void> {
    await super.remove();
    await rm(this.#pairsFile, { force: true });
  }
}
