import { isDeepStrictEqual } from 'node:util';
import { GrantryError } from '../../model/errors.ts';
import { Secret } from '../../model/secrets/secret.ts';
import { isFactNote } from '../survey/document-facts.ts';
import { checksOf } from '../../stores/checks.ts';
import type { DocumentUpdate, Store, StoredDocument, StoreMark } from '../../stores/store.ts';
import { notAsWritten, requireGone, requireNothingLost } from './read-back.ts';

/**
 * The same store, whose writes fail where they did not happen: what stands between grantry and a store may say 'done' of a
 * write that never arrived, and the next step would make the secret in it the only one.
 */
export function confirmStore(store: Store): Store {
  return {
    ...checksOf(store),
    capabilities: store.capabilities,
    locate: (path) => store.locate(path),
    describe: () => store.describe(),
    existing: (paths, options) => store.existing(paths, options),
    limits: () => store.limits(),
    inspect: (path) => store.inspect(path),
    read: (path) => store.read(path),
    locateRecord: (name) => store.locateRecord(name),
    readRecord: (name) => store.readRecord(name),
    mark: async (path, mark, options) => {
      await store.mark(path, mark, options);
      const entry = await store.inspect(path);
      requireNothingLost(store.describe(), `the mark of ${store.locate(path)}`, lostOfMark(mark, entry?.mark));
    },
    write: async (path, document, expected) => {
      const version = await store.write(path, document, expected);
      requireDocument(await readIfWhole(store, path), document, version, store.locate(path));
      return version;
    },
    purge: async (path) => {
      await store.purge(path);
      const left = (await store.inspect(path)) === undefined ? undefined : store.locate(path);
      requireGone(store.describe(), 'the removal of a document', left);
    },
    writeRecord: async (name, value, expected) => {
      const written = await store.writeRecord(name, value, expected);
      const found = await store.readRecord(name);
      const isThere =
        found.version > written.version ||
        (found.version === written.version && isDeepStrictEqual({ ...found.value }, { ...value }));
      const what = `a record of grantry's own`;
      if (!isThere) throw notAsWritten(store.describe(), what, [`${store.locateRecord(name)} is another one`]);
      return written;
    },
  };
}

/** Undefined also for what lies there and is no document. */
async function readIfWhole(store: Pick<Store, 'read'>, path: string): Promise<StoredDocument | undefined> {
  return store.read(path).catch((error: unknown) => {
    if (error instanceof GrantryError && error.code === 'FAILED') return undefined;
    throw error;
  });
}

/** A newer version is somebody else's, who saw this one. */
function requireDocument(
  found: StoredDocument | undefined,
  wanted: DocumentUpdate,
  version: number,
  where: string,
): void {
  if (found !== undefined && found.version > version) return;
  if (found === undefined || found.version < version) {
    const message = `the store said that version ${version} of ${where} was written, and it is not there`;
    throw new GrantryError('FAILED', message, {
      hint: 'Something between grantry and the store must be answering for it: a proxy, or a cache. Look at the place, then run it again.',
    });
  }
  requireNothingLost(where, `version ${version} of the document`, lostOfDocument(wanted, found.document));
}

/** Names of keys alone: what lies there may be a secret. */
function lostOfDocument({ clientId, payload, facts }: DocumentUpdate, found: StoredDocument['document']): string[] {
  const lost = [
    ...Object.entries(payload).filter(([key, value]) => !isSameValue(found.payload[key], value)),
    ...Object.entries(facts).filter(([key, value]) => (found.facts[key] ?? null) !== value),
  ].map(([key]) => key);
  return [...(found.clientId === clientId ? [] : ['client_id']), ...lost].map((key) => `${key} is another one`);
}

function isSameValue(found: Secret | string | undefined, wanted: Secret | string | null): boolean {
  if (wanted === null) return found === undefined;
  if (wanted instanceof Secret) return found instanceof Secret && found.equals(wanted);
  return found === wanted;
}

/** What of a mark is not as it was written. Facts are noted only where there is room. */
function lostOfMark(wanted: StoreMark, found: StoreMark | undefined): string[] {
  if (found === undefined) return ['it has none'];
  const keys = ['stack', 'client', 'owner', 'state'] as const;
  const [notes, noted] = [wanted.notes ?? {}, found.notes ?? {}];
  const names = [...new Set([...Object.keys(notes), ...Object.keys(noted)])];
  const lost = names.filter((name) => {
    const isLeftOut = isFactNote(name) && noted[name] === undefined;
    return !isLeftOut && (notes[name] ?? '') !== (noted[name] ?? '');
  });
  return [...keys.filter((key) => found[key] !== wanted[key]), ...lost].map((key) => `its ${key} is another one`);
}
