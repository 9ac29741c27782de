// The tests that must hold on every version of Keycloak that is supported, on one of them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureKeycloak } from './images/build.mjs';
import { checkout, passThrough, say } from './process.mjs';

/** The contract, the main story, rights and rotations, and what differs between versions. */
const FILES = [
  'test/contract/provider/provider-keycloak.test.ts',
  'test/e2e/happy-path.test.ts',
  'test/e2e/rotation-consumers.test.ts',
  'test/servers/keycloak/overlaps.test.ts',
  'test/servers/keycloak/rights.test.ts',
  'test/servers/keycloak/versions.test.ts',
];

/**
 * Runs them by scripts/test.mjs, with a server of that version.
 * @param {string} version
 * @returns {Promise<{ passed: number, failed: number, skipped: number, failures: string[] }>}
 */
export async function testVersion(version) {
  const image = await ensureKeycloak(version);
  const folder = mkdtempSync(join(tmpdir(), 'grantry-version-'));
  const counts = join(folder, 'counts.json');
  const env = {
    ...process.env,
    KEYCLOAK_IMAGE: image,
    GRANTRY_TEST_COUNTS: counts,
    GRANTRY_TEST_SERVERS: 'keycloak,vault,openbao',
  };
  // A server that runs already is of one version.
  delete env.GRANTRY_TEST_KEYCLOAK;
  say(`- Keycloak ${version}:`);
  try {
    await passThrough(process.execPath, [join(checkout, 'scripts/test.mjs'), '--project', 'servers', ...FILES], {
      env,
    });
    return JSON.parse(readFileSync(counts, 'utf8'));
  } catch (error) {
    // It ended before its tests did, and has said why.
    if (error.code === 'ENOENT') return { passed: 0, failed: 1, skipped: 0, failures: [] };
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
