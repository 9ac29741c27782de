import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BACKENDS } from '../../src/cli/backends.ts';
import { loadManifests } from '../../src/manifest/load.ts';
import { makeStyle, renderValidation } from '../../src/report/index.ts';

/**
 * Every folder holds manifests and, in expected.txt, what `grantry validate` prints for them. A new case is a new
 * folder: run this once with UPDATE_GOLDEN=1, and read what it wrote.
 */
const ROOT = fileURLToPath(new URL('manifests', import.meta.url));

describe('what validate prints', () => {
  it.each(readdirSync(ROOT).toSorted())('%s', async (name) => {
    const cwd = join(ROOT, name);
    const targets = existsSync(join(cwd, 'trusted')) ? 'trusted' : undefined;
    const loaded = loadManifests({ backends: BACKENDS, manifests: [targets === undefined ? '.' : 'manifests'], targets, cwd, today: '2026-11-30' });
    const counts = { apis: loaded.apis.length, clients: loaded.clients.length, targets: loaded.targets.length };
    const report = { ...counts, files: loaded.files, findings: loaded.findings };
    const text = renderValidation(report, { format: 'text', style: makeStyle({ color: false, unicode: true }) });
    const expected = join(cwd, 'expected.txt');
    if (process.env['UPDATE_GOLDEN'] === '1') {
      writeFileSync(expected, text);
    }
    expect(text).toBe(readFileSync(expected, 'utf8'));
    expect(text).not.toMatch(/hunter/i);
  });
});
