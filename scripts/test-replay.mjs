// npm run test:replay: the emulator of Auth0 against recorded traffic, and nothing else. The traffic is the file named by
// GRANTRY_RECORDED_TRAFFIC, else ../shared/auth0/recorded-traffic.json. The last line is the counts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, checkout, main, say } from './process.mjs';

await main(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'grantry-replay-'));
  const reportFile = join(folder, 'report.json');
  try {
    const program = join(checkout, 'node_modules/vitest/vitest.mjs');
    const { ok, stdout, stderr } = await capture(
      process.execPath,
      [program, 'run', '--root', checkout, '--project', 'laws', 'test/auth0/replay.test.ts'],
      { timeout: 900_000, env: { ...process.env, GRANTRY_REPLAY_REPORT: reportFile } },
    );
    const result = read(reportFile);
    if (result === undefined) {
      process.stdout.write(stdout);
      process.stderr.write(stderr);
      say('Nothing was replayed: see above.');
      process.stdout.write('0 alike, 0 different, 0 not supported, 0 left out\n');
      return 1;
    }
    process.stdout.write(`${result.report}\n`);
    const { alike, different } = result.counts;
    return ok && alike > 0 && different === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
