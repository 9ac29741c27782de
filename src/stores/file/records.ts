import type { JsonObject } from '../../model/values/json.ts';
import { changedMeanwhile, toRecord } from '../record.ts';
import type { StoredRecord } from '../store.ts';
import { isThere, timeOf } from './disk.ts';
import { codeOf, damaged } from './errors.ts';
import { VersionedFile } from './versioned-file.ts';

/** A record is a file of plain JSON with versions, like a document without encryption. */
export async function readRecordFile(folder: string, name: string): Promise<StoredRecord> {
  const file = new VersionedFile(folder, name, '.json');
  const found = await file.newest();
  const value = found === undefined ? undefined : parse(found.content, file.currentFile);
  return { value, version: found?.version ?? 0, now: await readClock(folder) };
}

/** Throws CONFLICT, with `where` in it, when the latest version is not `expected`. */
export async function writeRecordFile(
  { folder, name, where }: { readonly folder: string; readonly name: string; readonly where: string },
  value: JsonObject,
  expected: number,
): Promise<Omit<StoredRecord, 'value'>> {
  const file = new VersionedFile(folder, name, '.json');
  const content = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  if ((await file.latest()) !== expected || !(await file.add(content, expected))) throw changedMeanwhile(where);
  return { version: expected + 1, now: await readClock(folder) };
}

function parse(content: Uint8Array, file: string): JsonObject {
  let found: unknown;
  try {
    found = JSON.parse(Buffer.from(content).toString('utf8'));
  } catch {
    throw damaged(file);
  }
  return toRecord(found, file);
}

/**
 * The clock of the file system: of a shared one it is the server's, and so the same for all. Where this process cannot
 * write, or nothing was ever written, there is nothing to judge by it either, and the machine's clock will do.
 */
async function readClock(folder: string): Promise<number> {
  if (!(await isThere(folder))) return Date.now();
  try {
    return await timeOf(folder);
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) return Date.now();
    throw error;
  }
}
