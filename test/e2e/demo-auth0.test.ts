/** `npm run demo -- --provider auth0`: the story comes to its end, and nothing of it is left. */
import { execFile as execFileByCallback } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const execFile = promisify(execFileByCallback);
const SCRIPT = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url));

describe('the demo on an emulated tenant of Auth0', () => {
  const temp = mkdtempSync(join(tmpdir(), 'grantry-demo-test-'));
  afterAll(() => rmSync(temp, { recursive: true }));
  const run = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    execFile(process.execPath, [SCRIPT, ...args], { env: { ...process.env, TMPDIR: temp } });

  it('plans, applies, proves, finds what was changed by hand and repairs it', async () => {
    const { stdout } = await run('--provider', 'auth0');
    expect(stdout).toContain('6 changes done. 4 clients proven.');
    expect(stdout).toContain('everything is as declared (4 clients, 2 Apis)');
    expect(stdout).toContain('the credential in the store is not the one at the provider');
    expect(stdout).toContain('1 change done. 1 client proven.');
    expect(stdout).toMatch(/4 clients proven\.\n\nThat was the story/);
    expect(stdout).not.toContain('AGE-SECRET-KEY');
    // The npm of Node 24 keeps what it compiled there.
    expect(readdirSync(temp).filter((name) => name !== 'node-compile-cache')).toEqual([]);
  });

  it.each([
    { args: ['--provider', 'okta'], says: "argument 'okta' is invalid. Allowed choices are keycloak, auth0." },
    { args: ['--provider=auth0', '--keep'], says: 'the demo of Auth0 takes no --keep' },
  ])('$args: $says', async ({ args, says }) => {
    await expect(run(...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(says) });
  });
});
