import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a script for sh prints, wherever it fails, in an empty folder of its own; fails where it is no script at all. */
export function runInShell(script: string): string {
  const cwd = mkdtempSync(join(tmpdir(), 'grantry-shell-'));
  try {
    const parsed = spawnSync('sh', ['-n', '-c', script], { encoding: 'utf8' });
    if (parsed.status !== 0) throw new Error(`sh cannot parse it: ${parsed.stderr}\n${script}`);
    return spawnSync('sh', ['-c', script], { cwd, encoding: 'utf8' }).stdout;
  } finally {
    rmSync(cwd, { recursive: true });
  }
}
