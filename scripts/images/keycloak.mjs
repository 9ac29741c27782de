// The Keycloak images from packages: a distribution from Maven Central on a Debian with a Java runtime, for each version.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrograms } from '../packages.mjs';
import { cache, run, step } from '../process.mjs';
import { ensureDebianRoot } from './debian.mjs';
import { importPaths } from './docker.mjs';

/** The versions that grantry is tested with, oldest first: what Maven Central has of the lines. They run on Java 21. */
export const KEYCLOAK_VERSIONS = JSON.parse(readFileSync(new URL('keycloak-versions.json', import.meta.url), 'utf8'));
export const OLDEST_KEYCLOAK = KEYCLOAK_VERSIONS[0];
export const NEWEST_KEYCLOAK = KEYCLOAK_VERSIONS.at(-1);

const COPY_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';

/** Path of the distribution's archive in the cache, fetched by Maven where it is not there yet. */
async function keycloakArchive(version) {
  const file = `keycloak-quarkus-dist-${version}.tar.gz`;
  const archive = join(cache, file);
  if (existsSync(archive)) return archive;
  await ensurePrograms(['mvn'], 'to fetch the Keycloak distribution');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'download-'));
  const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:tar.gz`;
  try {
    await step(`fetch Keycloak ${version} by Maven (some 170 MB)`, () =>
      run('mvn', ['-B', '-q', COPY_GOAL, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`], {
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

/** The Debian below is made once for all versions. */
export async function buildKeycloak(name, version) {
  const archive = await keycloakArchive(version);
  const debian = await ensureDebianRoot(['openjdk-21-jre-headless', 'ca-certificates']);
  const root = mkdtempSync(join(cache, 'keycloak-root-'));
  try {
    const home = join(root, 'opt/keycloak');
    mkdirSync(home, { recursive: true });
    await step(`unpack Keycloak ${version}`, () =>
      run('tar', ['-xzf', archive, '-C', home, '--strip-components=1', '--no-same-owner'], { log: 'unpack' }),
    );
    const contents = [
      { folder: debian, path: '.' },
      { folder: root, path: 'opt/keycloak' },
    ];
    await importPaths(contents, name, [
      'ENTRYPOINT ["/opt/keycloak/bin/kc.sh"]',
      // As in the official image: without it start-dev listens on the container's own localhost only.
      'ENV KC_RUN_IN_CONTAINER=true',
      'EXPOSE 8080',
    ]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
