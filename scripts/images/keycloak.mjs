// The Keycloak image from packages: the distribution from Maven Central on a Debian with a Java runtime.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrograms } from '../packages.mjs';
import { cache, run, step } from '../process.mjs';
import { makeDebianRoot } from './debian.mjs';
import { importFolder } from './docker.mjs';

export const KEYCLOAK_VERSION = '26.7.4';

const ARTIFACT = `org.keycloak:keycloak-quarkus-dist:${KEYCLOAK_VERSION}:tar.gz`;
const COPY_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';

/** Path of the distribution's archive in the cache, fetched by Maven where it is not there yet. */
async function keycloakArchive() {
  const file = `keycloak-quarkus-dist-${KEYCLOAK_VERSION}.tar.gz`;
  const archive = join(cache, file);
  if (existsSync(archive)) return archive;
  await ensurePrograms(['mvn'], 'to fetch the Keycloak distribution');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'download-'));
  try {
    await step(`fetch Keycloak ${KEYCLOAK_VERSION} by Maven (176 MB)`, () =>
      run('mvn', ['-B', '-q', COPY_GOAL, `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${folder}`], {
        log: 'maven',
        hint: 'Check that Maven Central can be reached.',
      }),
    );
    renameSync(join(folder, file), archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return archive;
}

export async function buildKeycloak(name) {
  const archive = await keycloakArchive();
  const root = mkdtempSync(join(cache, 'keycloak-root-'));
  try {
    await makeDebianRoot(root, ['openjdk-21-jre-headless', 'ca-certificates']);
    const home = join(root, 'opt/keycloak');
    mkdirSync(home, { recursive: true });
    await step('unpack Keycloak', () =>
      run('tar', ['-xzf', archive, '-C', home, '--strip-components=1', '--no-same-owner'], { log: 'unpack' }),
    );
    await importFolder(root, name, [
      'ENTRYPOINT ["/opt/keycloak/bin/kc.sh"]',
      // As in the official image: without it start-dev listens on the container's own localhost only.
      'ENV KC_RUN_IN_CONTAINER=true',
      'EXPOSE 8080',
    ]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
