import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeFileSync } from 'node:fs';
import { GrantryError } from '../model/errors.ts';
import { jsonLine } from '../model/text/printable.ts';

/** Somewhere lines are appended to, one JSON value each. */
export interface LineLog {
  /**
   * Appends what is made, which may depend on the last line that is there now, without its line break; undefined: there is none, or
   * it cannot be read. Gives the line as it was written.
   */
  append(make: (last: string | undefined) => object): string;
  close(): void;
}

/** Appends to a file; each line is on the disk before the next thing happens. */
export function openLineLog(path: string): LineLog {
  const fd = attempt(path, () => openSync(path, 'a', 0o600));
  return {
    append: (make) =>
      attempt(path, () => {
        const { last, isWhole } = endOf(path, fd);
        const line = jsonLine(make(last));
        // All of it: a single write may end in the middle of a line where the disk does.
        writeFileSync(fd, (isWhole ? '' : '\n') + line);
        fsyncSync(fd);
        return line.slice(0, -1);
      }),
    close: () => closeSync(fd),
  };
}

/** Bytes that are read of the end of a log: a line is far shorter. */
const MOST = 1 << 20;

interface End {
  readonly last: string | undefined;
  /** It ends with a line break: a run that was killed may have left half a line. */
  readonly isWhole: boolean;
}

const NO_END: End = { last: undefined, isWhole: true };

function endOf(path: string, writing: number): End {
  const stat = fstatSync(writing);
  // A pipe or a device has no end to read.
  if (!stat.isFile() || stat.size === 0) return NO_END;
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    // One that may only be appended to.
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return NO_END;
    throw error;
  }
  try {
    return readEnd(fd, stat.size);
  } finally {
    closeSync(fd);
  }
}

function readEnd(fd: number, size: number): End {
  const length = Math.min(size, MOST);
  const buffer = Buffer.alloc(length);
  const read = readSync(fd, buffer, 0, length, size - length);
  const text = buffer.toString('utf8', 0, read);
  const isWhole = text.endsWith('\n');
  return { last: (isWhole ? text.slice(0, -1) : text).split('\n').at(-1), isWhole };
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new GrantryError('FAILED', `the audit log ${path} cannot be written (${code})`, {
      hint: 'Nothing is changed without its line in the log. Check the path and its rights.',
    });
  }
}
