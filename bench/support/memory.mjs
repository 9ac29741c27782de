// The most memory that a process took.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkout } from '../../scripts/process.mjs';
import { timeNode } from './timing.mjs';

const HOOK = pathToFileURL(join(checkout, 'bench/support/report-memory.mjs')).href;

/** Runs Node as `timeNode` does; resolves to mebibytes of resident memory at the peak. */
export async function peakMemory(args, { env = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'grantry-bench-'));
  const file = join(folder, 'peak');
  try {
    await timeNode(['--import', HOOK, ...args], { env: { ...env, BENCH_MEMORY_FILE: file } });
    return Number(readFileSync(file, 'utf8')) / 1024;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
