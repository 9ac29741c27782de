import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file, by default for its owner alone, which is there whole or not at all: until then what was there before stays, also where
 * the disk is full. A link is replaced, not followed. What is no file, such as /dev/stdout, is written to as it is.
 */
export function writeWhole(path: string, text: string, mode = 0o600): void {
  if (isDevice(path)) return writeFileSync(path, text);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    const file = openSync(temporary, 'wx', mode);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** A link of /dev may lead to a file, and stays a link all the same. */
function isDevice(path: string): boolean {
  return path.startsWith('/dev/') || statSync(path, { throwIfNoEntry: false })?.isFile() === false;
}
