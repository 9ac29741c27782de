import { spawnSync } from 'node:child_process';
import { GrantryError } from '../../model/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A commit of the repository whose working tree begins at `root`. */
export interface Commit {
  readonly root: string;
  /** As the user named it. */
  readonly ref: string;
  /** Its full id. */
  readonly id: string;
}

/** What lies at one path of a commit. */
export interface TreeEntry {
  readonly kind: 'file' | 'link' | 'repository';
  readonly object: string;
  /** From the root, with slashes. */
  readonly path: string;
}

const MAX_BYTES = 1024 * 1024 * 1024;

/** All that git gets of the environment: no credential is among it, nor what would lead it to another repository. */
const PASSED = [
  'PATH',
  'HOME',
  'XDG_CONFIG_HOME',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CEILING_DIRECTORIES',
  'GIT_DISCOVERY_ACROSS_FILESYSTEM',
  'SystemRoot',
  'USERPROFILE',
];

/** Reads from git what lay in a repository at a commit; changes nothing. */
export class Git {
  readonly #env: NodeJS.ProcessEnv;

  constructor(env: Environment) {
    const passed = PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
    this.#env = {
      ...Object.fromEntries(passed),
      LC_ALL: 'C',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      GIT_LITERAL_PATHSPECS: '1',
    };
  }

  /** Where the working tree begins that a directory is in; undefined where it is in none. */
  findRoot(directory: string): string | undefined {
    const { status, stdout, stderr } = this.#run(directory, ['rev-parse', '--show-toplevel']);
    if (status === 0) return stdout.toString().replace(/\r?\n$/, '');
    if (stderr.includes('dubious ownership')) {
      throw new GrantryError('INVALID_INPUT', `git refuses to read the repository of ${directory}: others own it`, {
        hint: 'If you trust it: git config --global --add safe.directory PATH, with the root of the repository.',
      });
    }
    return undefined;
  }

  /** The commit that a name stands for: a branch, a tag, an id. */
  findCommit(root: string, ref: string): Commit {
    // git would take the first for an option; the others name no single commit.
    if (ref === '' || ref.startsWith('-') || ref.includes('..') || /[\s\p{Cc}]/u.test(ref)) {
      throw new GrantryError('INVALID_INPUT', `--changed-since ${JSON.stringify(ref)} names no commit`, {
        hint: 'Name one: a branch, a tag or an id, such as --changed-since origin/main.',
      });
    }
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
    const { status, stdout } = this.#run(root, args);
    const id = stdout.toString().trim();
    if (status === 0 && /^[0-9a-f]{40,64}$/.test(id)) return { root, ref, id };
    const isShallow = this.#run(root, ['rev-parse', '--is-shallow-repository']).stdout.toString().trim() === 'true';
    throw new GrantryError('INVALID_INPUT', `--changed-since ${ref}: git knows no such commit in ${root}`, {
      hint: isShallow
        ? `This clone is shallow. Fetch the commit first: git fetch --depth 1 origin ${ref} (actions/checkout: fetch-depth: 0).`
        : 'Look it up with: git rev-parse --verify REF. A branch of the server is origin/BRANCH, once it is fetched.',
    });
  }

  /** Everything at a path of a commit, or below it; nothing where there was nothing. */
  listTree({ root, ref, id }: Commit, path: string): TreeEntry[] {
    const args = ['ls-tree', '-r', '-z', '--full-tree', id, ...(path === '' ? [] : ['--', path])];
    const { status, stdout } = this.#run(root, args);
    if (status !== 0) throw unreadable(ref, path);
    const lines = stdout.toString().split('\0');
    return lines.flatMap((line) => {
      const [, mode, object = '', path = ''] = /^(\d+) \w+ ([0-9a-f]+)\t([^]+)$/.exec(line) ?? [];
      if (mode === undefined) return [];
      return [{ kind: mode === '120000' ? 'link' : mode === '160000' ? 'repository' : 'file', object, path }];
    });
  }

  /** The contents of objects, in their order. */
  readObjects({ root, ref }: Commit, objects: readonly string[]): Buffer[] {
    if (objects.length === 0) return [];
    const { stdout } = this.#run(root, ['cat-file', '--batch'], `${objects.join('\n')}\n`);
    let at = 0;
    return objects.map((object) => {
      const end = stdout.indexOf('\n', at);
      const size = /^[0-9a-f]+ blob (\d+)$/.exec(stdout.toString('latin1', at, end))?.[1];
      if (size === undefined) throw unreadable(ref, object);
      at = end + 1 + Number(size) + 1;
      return stdout.subarray(end + 1, at - 1);
    });
  }

  #run(cwd: string, args: readonly string[], input = ''): { status: number | null; stdout: Buffer; stderr: string } {
    const result = spawnSync('git', args, { cwd, env: this.#env, input, maxBuffer: MAX_BYTES, windowsHide: true });
    if (result.error !== undefined) {
      throw new GrantryError(
        'INVALID_INPUT',
        'git cannot be run, and --changed-since asks it what the manifests were',
        {
          hint: 'Install git, or plan without --changed-since.',
        },
      );
    }
    return { status: result.status, stdout: result.stdout, stderr: result.stderr.toString() };
  }
}

function unreadable(ref: string, what: string): GrantryError {
  return new GrantryError('INVALID_INPUT', `git cannot read what lay at ${ref}${what === '' ? '' : `: ${what}`}`, {
    hint: 'Is the clone complete? Check it with: git fsck',
  });
}
