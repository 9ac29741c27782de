import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs';
import { GrantryError } from '../model/errors.ts';
import { jsonLine } from '../model/text/printable.ts';

/** Somewhere lines are appended to, one JSON value each. */
export interface LineLog {
  append(value: object): void;
  close(): void;
}

/** Appends to a file; each line is on the disk before the next thing happens. */
export function openLineLog(path: string): LineLog {
  const fd = attempt(path, () => openSync(path, 'a', 0o600));
  return {
    append: (value) =>
      attempt(path, () => {
        // All of it: a single write may end in the middle of a line where the disk does.
        writeFileSync(fd, jsonLine(value));
        fsyncSync(fd);
      }),
    close: () => closeSync(fd),
  };
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
