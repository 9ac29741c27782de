import pLimit from 'p-limit';
import { splitStorePath } from '../path.ts';
import type { KvApi } from './api.ts';
import { isListed } from './convert.ts';
import type { ListOptions, PathMetadata } from './convert.ts';

/** Listings in flight at the same time. */
const LISTINGS = 8;

/** Paths wanted, by folder. */
type ByFolder = ReadonlyMap<string, readonly string[]>;

/** Of the paths that are wanted, those at which something lies. */
export interface Listings {
  existing(wanted: ByFolder, options: ListOptions): Promise<ReadonlySet<string>>;
}

/** A folder of the store to one of the mount. */
type ToFolder = (folder: string) => string;

/** Vault: one listing per folder, of names; it leaves deleted ones out by itself. */
export class NameListings implements Listings {
  readonly #api: Pick<KvApi, 'list'>;
  readonly #toFolder: ToFolder;

  constructor(api: Pick<KvApi, 'list'>, toFolder: ToFolder) {
    this.#api = api;
    this.#toFolder = toFolder;
  }

  existing(wanted: ByFolder, options: ListOptions): Promise<ReadonlySet<string>> {
    return byFolder(wanted, async (folder, paths) => {
      const names = new Set(await this.#api.list(this.#toFolder(folder), options));
      return paths.filter((path) => names.has(splitStorePath(path).name));
    });
  }
}

/**
 * OpenBao: it knows no parameter that leaves deleted ones out, and says of each place what is known of it. One request
 * lists the whole store, where the policy allows `scan`; else there is one per folder.
 */
export class DetailedListings implements Listings {
  readonly #api: Pick<KvApi, 'listDetailed'>;
  readonly #toFolder: ToFolder;
  readonly #now: () => number;
  /** False once the server has refused it. */
  #mayScan = true;

  constructor(api: Pick<KvApi, 'listDetailed'>, toFolder: ToFolder, now: () => number) {
    this.#api = api;
    this.#toFolder = toFolder;
    this.#now = now;
  }

  async existing(wanted: ByFolder, options: ListOptions): Promise<ReadonlySet<string>> {
    const whole =
      wanted.size > 1 && this.#mayScan ? await this.#api.listDetailed(this.#toFolder(''), 'scan') : undefined;
    if (whole !== undefined) {
      return new Set([...wanted.values()].flat().filter((path) => this.#isListed(whole.get(path), options)));
    }
    if (wanted.size > 1) this.#mayScan = false;
    return byFolder(wanted, async (folder, paths) => {
      const listed = await this.#api.listDetailed(this.#toFolder(folder), 'list');
      return paths.filter((path) => this.#isListed(listed?.get(splitStorePath(path).name), options));
    });
  }

  #isListed(metadata: PathMetadata | undefined, options: ListOptions): boolean {
    return metadata !== undefined && isListed(metadata, options, this.#now());
  }
}

async function byFolder(
  wanted: ByFolder,
  find: (folder: string, paths: readonly string[]) => Promise<readonly string[]>,
): Promise<ReadonlySet<string>> {
  const limit = pLimit(LISTINGS);
  const found = await Promise.all([...wanted].map(([folder, paths]) => limit(() => find(folder, paths))));
  return new Set(found.flat());
}
