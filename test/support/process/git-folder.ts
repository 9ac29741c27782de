/** A folder under git, with commits of the test's own. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export class GitFolder {
  readonly path: string;

  /** Without `path` a folder of its own; with `repository: false` it is no repository. */
  constructor({ repository = true, path }: { readonly repository?: boolean; readonly path?: string } = {}) {
    this.path = path ?? realpathSync(mkdtempSync(join(tmpdir(), 'grantry-git-')));
    if (repository) this.git('init', '--quiet', '--initial-branch=main');
  }

  /** Runs git without the settings of the user who runs the tests. */
  git(...args: readonly string[]): string {
    const { PATH = '' } = process.env;
    const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgSign=false'];
    const env = { PATH, HOME: this.path, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    return execFileSync('git', [...who, ...args], { cwd: this.path, env, encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  write(name: string, text: string | Uint8Array): void {
    mkdirSync(dirname(join(this.path, name)), { recursive: true });
    writeFileSync(join(this.path, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), 'utf8');
  }

  chmod(name: string, mode: number): void {
    chmodSync(join(this.path, name), mode);
  }

  remove(name: string): void {
    rmSync(join(this.path, name), { recursive: true });
  }

  link(name: string, to: string): void {
    mkdirSync(dirname(join(this.path, name)), { recursive: true });
    symlinkSync(to, join(this.path, name));
  }

  /** Commits everything; its id. */
  commit(): string {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', 'A state of the manifests');
    return this.git('rev-parse', 'HEAD');
  }

  close(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
