import type { DesiredState } from '../../../model/desired.ts';
import { groupByFolder, recordPath } from '../../path.ts';
import { ledgerName, lockName } from '../../record.ts';
import type { VaultSettings } from '../settings.ts';

/** The part of the API of KV version 2 that a path begins with, behind its mount. */
export type Part = 'data' | 'metadata' | 'detailed-metadata';

/** A path of a policy, and one that only this and wider ones are about. */
export interface PolicyPath {
  readonly path: string;
  readonly sample: string;
}

/** Where the documents and records of a stack lie, as policies name that. */
export interface Places {
  /** Paths of documents below the prefix. Of a stack without clients: one that there could be; none where there is no prefix. */
  readonly documents: readonly string[];
  readonly folders: readonly string[];
  readonly lock: string;
  readonly ledger: string;
  /** The path of one of them in a part of the API. */
  readonly at: (part: Part, path: string) => string;
  /** What a policy can name, beside the path itself, so that it holds for that: from the widest to the narrowest. */
  readonly policyPaths: (part: Part, path: string) => readonly PolicyPath[];
  readonly config: string;
}

/** No client is called so: what is said of this name is what is said of a folder's names in general. */
const SAMPLE = '~grantry~doctor~';

export function placesOf({ mount, prefix }: VaultSettings, { clients, target }: DesiredState): Places {
  const declared = clients.map(({ credential }) => credential.path);
  const documents = declared.length === 0 && prefix !== '' ? [SAMPLE] : declared;
  const at = (part: Part, path: string): string => [mount, part, prefix, path].filter((each) => each !== '').join('/');
  return {
    documents,
    folders: [...groupByFolder(documents).keys()],
    lock: recordPath(lockName(target.stack)),
    ledger: recordPath(ledgerName(target.stack)),
    at,
    policyPaths: (part, path) => {
      // Without a prefix the mount is not grantry's alone, and neither are its folders: each path is named by itself.
      if (prefix === '') return [];
      const parts = path.split('/');
      const folders = parts.map((_, index) => at(part, parts.slice(0, index).join('/')));
      const globs = folders.map((folder) => ({ path: `${folder}/*`, sample: `${folder}/${SAMPLE}` }));
      // Of a folder itself only globs speak.
      return parts.at(-1) === '' ? globs : [...globs, { path: at(part, path), sample: at(part, path) }];
    },
    config: `${mount}/config`,
  };
}
