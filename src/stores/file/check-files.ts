import { shellWord } from '../../model/text/shell-word.ts';
import { constants } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CheckResult, Mend } from '../../model/check.ts';
import type { DesiredState } from '../../model/desired.ts';
import { nameSome } from '../../model/text/counting.ts';
import { ALL_PURPOSES, fine, found } from '../checks.ts';
import type { Check } from '../checks.ts';
import { checkStorePath } from '../path.ts';
import type { AgeBox } from './crypto.ts';
import { readIfThere } from './disk.ts';
import { codeOf } from './errors.ts';

/** Which store is looked at. */
export interface ExaminedFiles {
  /** The folder, absolute, and as the Target writes it. */
  readonly root: string;
  readonly shownRoot: string;
  readonly box: Pick<AgeBox, 'fits'>;
}

const OTHERS = 0o077;
const MOST_NAMED = 3;

/** What there is to say of the folder, and of the documents in it. None is decrypted. That the keys fit each other `open` checks. */
export async function checkFiles(examined: ExaminedFiles, desired: DesiredState): Promise<readonly CheckResult[]> {
  const folder = await checkFolder(examined);
  if (folder.finding.kind !== 'fine') return [folder];
  const files = desired.clients.map(({ credential }) => `${checkStorePath(credential.path)}.age`);
  return [folder, await checkModes(examined, files), await checkIdentity(examined, files)];
}

/** A folder that is not there is made by the first write. */
async function checkFolder({ root, shownRoot }: ExaminedFiles): Promise<CheckResult> {
  const check: Check = { id: 'folder', purposes: ALL_PURPOSES, title: 'the folder can be read and written' };
  const stats = await lstat(root).catch((error: unknown) => codeOf(error));
  if (typeof stats === 'object' && !stats.isDirectory()) {
    const what = `${shownRoot} is ${stats.isSymbolicLink() ? 'a symbolic link' : 'no folder'}`;
    const why = 'The file store follows no links: they may lead to files of others.';
    const words = 'Name a real folder in spec.store.file.path of the Target.';
    return found(check, { kind: 'problem', what, why, mend: { words, commands: [`ls -ld ${shellWord(shownRoot)}`] } });
  }
  const nearest = typeof stats === 'object' ? root : await nearestFolder(root);
  const refused = await access(nearest, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => undefined,
    (error: unknown) => codeOf(error) ?? 'EIO',
  );
  if (refused === undefined) {
    return typeof stats === 'object' ? fine(check) : fine(check, 'it is made when the first document is written');
  }
  return found(check, {
    kind: 'problem',
    what: `${nearest === root ? shownRoot : nearest} cannot be read and written (${refused})`,
    why: 'Nothing can be delivered there, or read from there.',
    mend: mendOf(root, nearest),
  });
}

/** A folder above may be one of the system: whose that is stays as it is. */
function mendOf(root: string, nearest: string): Mend {
  const otherwise = 'or name another one in spec.store.file.path of the Target.';
  if (nearest === root) {
    return {
      words: `Give the folder to the user that runs grantry; ${otherwise}`,
      commands: [`sudo chown "$(id -u)" ${shellWord(root)}`, `chmod u+rwx ${shellWord(root)}`],
    };
  }
  return {
    words: `Make the folder, for the user that runs grantry; ${otherwise}`,
    commands: [`sudo install -d -m 0700 -o "$(id -u)" ${shellWord(root)}`],
  };
}

/** The nearest one above that is there. */
async function nearestFolder(folder: string): Promise<string> {
  const above = dirname(folder);
  if (above === folder) return folder;
  const isThere = await lstat(above).then(
    () => true,
    () => false,
  );
  return isThere ? above : nearestFolder(above);
}

async function checkModes({ root, shownRoot }: ExaminedFiles, files: readonly string[]): Promise<CheckResult> {
  const check: Check = { id: 'modes', purposes: ALL_PURPOSES, title: 'nobody else on this machine may open the files' };
  // Modes say nothing on Windows.
  if (process.platform === 'win32') return fine(check);
  const open: string[] = [];
  for (const file of ['', ...files]) {
    const stats = await lstat(join(root, file)).catch(() => undefined);
    if (stats !== undefined && (stats.mode & OTHERS) !== 0) open.push(join(shownRoot, file));
  }
  if (open.length === 0) return fine(check);
  return found(check, {
    kind: 'risk',
    what: `Others may use ${nameSome(open, MOST_NAMED)}`,
    why: 'They are encrypted; but who may read them can keep copies until a key is lost, and who may write them can take them away.',
    mend: { words: 'Take the rights of others away.', commands: open.map((file) => `chmod go= ${shellWord(file)}`) },
  });
}

async function checkIdentity({ root, shownRoot, box }: ExaminedFiles, files: readonly string[]): Promise<CheckResult> {
  const check: Check = {
    id: 'identity',
    purposes: ['apply', 'rotate', 'verify'],
    title: 'the identity opens the documents that are there',
  };
  const closed: string[] = [];
  for (const file of files) {
    const content = await readIfThere(join(root, file));
    if (content !== undefined && !(await box.fits(content))) closed.push(join(shownRoot, file));
  }
  if (closed.length === 0) return fine(check);
  return found(check, {
    kind: 'problem',
    what: `The identity does not open ${nameSome(closed, MOST_NAMED)}`,
    why: 'They are encrypted to another key, or damaged: neither verify nor rotate can read them.',
    mend: {
      words:
        'Use the identity that they were written with (spec.store.file.identity of the Target). If it is lost, remove them and run grantry apply: the credentials are delivered again.',
      commands: closed.map((file) => `head -c 200 ${shellWord(file)}`),
    },
  });
}
