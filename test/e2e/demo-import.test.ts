/** `grantry demo --import`: a realm that people made by hand is adopted without a change, and nothing of the story is left. */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startCli } from '../support/process/cli.ts';

/** On a busy machine with two cores; a free one needs a minute. */
const LONGEST_MS = 600_000;

describe('the demo of an import', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'grantry-demo-import-')));
  afterAll(() => rmSync(root, { recursive: true }));

  it(
    'looks what is missing, imports, adopts, and gives one team its place in the store',
    async () => {
      const { KEYCLOAK_IMAGE = '', VAULT_IMAGE = '', PATH = '' } = process.env;
      for (const name of ['work', 'tmp']) mkdirSync(join(root, name));
      const env = { KEYCLOAK_IMAGE, VAULT_IMAGE, PATH, HOME: root, TMPDIR: join(root, 'tmp') };
      const { code, stdout } = await startCli(['demo', '--import'], {
        cwd: join(root, 'work'),
        env,
        timeoutMs: LONGEST_MS,
      }).done;
      expect(stdout).toContain('Nothing is missing for plan, apply');
      expect(stdout).toContain('4 clients and 2 Apis imported into 4 files.');
      expect(stdout).toContain('6 to adopt.');
      expect(stdout).toContain('6 changes done. 4 clients not tested.');
      expect(stdout).toContain('its tokens say to the letter what they said before');
      expect(stdout).toContain('2 clients that no manifest declares.');
      expect(stdout).toMatch(/1 client proven\.[^]*That was the story/);
      expect(code).toBe(0);
      expect(readdirSync(join(root, 'tmp')).filter((name) => name !== 'node-compile-cache')).toEqual([]);
    },
    LONGEST_MS,
  );
});
