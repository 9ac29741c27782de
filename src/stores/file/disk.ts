import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, symlinkError } from './errors.ts';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** Names in a folder; empty when it is not there. */
export async function listFolder(folder: string): Promise<readonly string[]> {
  return (await isThere(folder)) ? readdir(folder) : [];
}

/** Refuses every symbolic link between the root (included) and the folder below it. */
export async function refuseSymlinks(root: string, folder: string): Promise<void> {
  await isThere(root);
  let at = root;
  for (const part of folder.split('/').filter((name) => name !== '')) {
    at = join(at, part);
    await isThere(at);
  }
}

/** Makes a folder and those above it, for the owner alone. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
}

/** The inode number of what lies there; undefined when nothing does. A symbolic link is refused. */
export async function inodeOf(file: string): Promise<number | undefined> {
  try {
    const stats = await lstat(file);
    if (stats.isSymbolicLink()) {
      throw symlinkError(file);
    }
    return stats.ino;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** Whether anything lies there. A symbolic link is refused. */
export async function isThere(file: string): Promise<boolean> {
  return (await inodeOf(file)) !== undefined;
}

/** The content of a file; undefined when it is not there. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  if (!(await isThere(file))) {
    return undefined;
  }
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/**
 * Makes a file that appears whole or not at all, and only if no file of that name is there: false when one is.
 * Of several processes that try, one gets true; a crash leaves nothing that blocks the next.
 */
export async function createExclusive(folder: string, name: string, content: Uint8Array): Promise<boolean> {
  const temporary = temporaryIn(folder);
  try {
    await writeDurable(temporary, content);
    await link(temporary, join(folder, name));
    await syncFolder(folder);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      return false;
    }
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Lets a name stand for the same file as another one, in one step. */
export async function pointTo(existing: string, folder: string, name: string): Promise<void> {
  const temporary = temporaryIn(folder);
  try {
    await link(existing, temporary);
    await rename(temporary, join(folder, name));
    await syncFolder(folder);
  } finally {
    // Renaming one name of a file to another name of the same file leaves both.
    await rm(temporary, { force: true });
  }
}

/** What time it is for the file system that a folder is on, in milliseconds since the epoch. */
export async function timeOf(folder: string): Promise<number> {
  const temporary = temporaryIn(folder);
  try {
    await writeFile(temporary, '', { flag: 'wx', mode: FILE_MODE });
    return Math.floor((await lstat(temporary)).mtimeMs);
  } finally {
    await rm(temporary, { force: true });
  }
}

function temporaryIn(folder: string): string {
  return join(folder, `.tmp-${randomBytes(8).toString('hex')}`);
}

async function writeDurable(file: string, content: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', FILE_MODE);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A new name survives a power cut only after this. Windows cannot, and need not, open a folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
