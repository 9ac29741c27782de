import { createHash } from 'node:crypto';
import {
  cpSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { constants } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GrantryError } from '../../src/model/errors.ts';
import { lastLines, runProgram } from '../program.ts';
import type { Environment, StartSetting } from '../setting.ts';

const VERSION = '26.7.4';
const ARTIFACT = `org.keycloak:keycloak-quarkus-dist:${VERSION}:tar.gz`;
const COPY_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';
const RELEASE = `https://github.com/keycloak/keycloak/releases/download/${VERSION}/keycloak-${VERSION}.tar.gz`;

/**
 * A Keycloak of this run's own in the working directory: a server writes into its folder when it starts. Taken from
 * KEYCLOAK_HOME, else from the archive in the user's cache, which Maven or a download fills.
 */
export async function prepareDistribution(setting: StartSetting): Promise<string> {
  const home = join(setting.directory, 'keycloak');
  const given = setting.io.env['KEYCLOAK_HOME'] ?? '';
  if (given !== '') {
    setting.progress.say('Keycloak', 'copying KEYCLOAK_HOME');
    copyDistribution(given, home);
    return home;
  }
  const archive = await findArchive(setting);
  setting.progress.say('Keycloak', 'unpacking');
  mkdirSync(home);
  const { env, signal } = setting.io;
  const unpacked = await runProgram('tar', ['-xzf', archive, '-C', home, '--strip-components=1'], { env, signal });
  signal.throwIfAborted();
  if (!unpacked.ok) {
    throw new GrantryError('FAILED', `cannot unpack ${archive}: ${lastLines(unpacked.stderr, 1)[0] ?? 'no tar'}`, {
      hint: 'Remove the file, and the next demo fetches it again.',
    });
  }
  return home;
}

function copyDistribution(from: string, to: string): void {
  if (!existsSync(join(from, 'bin/kc.sh'))) {
    throw new GrantryError('FAILED', `KEYCLOAK_HOME is ${from}, where there is no bin/kc.sh`, {
      hint: `It must be an unpacked Keycloak ${VERSION}. Without KEYCLOAK_HOME it is fetched.`,
    });
  }
  cpSync(from, to, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    // Its data are somebody's, and the demo makes its own.
    filter: (path) => path !== join(from, 'data'),
  });
}

async function findArchive(setting: StartSetting): Promise<string> {
  const cache = cacheFolder(setting.io.env);
  const archive = join(cache, `keycloak-quarkus-dist-${VERSION}.tar.gz`);
  if (existsSync(archive)) return archive;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'download-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  setting.leftovers.add(`the folder ${folder}`, remove);
  const fetched = (await fetchByMaven(folder, setting)) ?? (await download(folder, setting));
  renameSync(fetched, archive);
  remove();
  return archive;
}

/** Where the user's caches are, and the scripts of this repository keep the same archive. */
function cacheFolder(env: Environment): string {
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'grantry');
}

/** Maven knows the mirrors and proxies of a company; undefined where it is missing or fails. */
async function fetchByMaven(folder: string, { io, progress }: StartSetting): Promise<string | undefined> {
  const { env, signal } = io;
  if (!(await runProgram('mvn', ['--version'], { env, signal })).ok) return undefined;
  progress.say('Keycloak', `fetching ${VERSION} by Maven (176 MB, once)`);
  const args = ['-B', '-q', COPY_GOAL, `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${folder}`];
  await runProgram('mvn', args, { env, cwd: folder, signal });
  signal.throwIfAborted();
  const file = join(folder, `keycloak-quarkus-dist-${VERSION}.tar.gz`);
  return existsSync(file) ? file : undefined;
}

async function download(folder: string, { io, ports, progress }: StartSetting): Promise<string> {
  progress.say('Keycloak', `downloading ${VERSION} (176 MB, once)`);
  const file = join(folder, basename(RELEASE));
  try {
    const expected = (await fetchBody(`${RELEASE}.sha1`, ports.fetch, io.signal).then((body) => body.text())).trim();
    const archive = await fetchBody(RELEASE, ports.fetch, io.signal);
    if (archive.body === null) throw new Error('no content');
    await pipeline(Readable.fromWeb(archive.body), createWriteStream(file), { signal: io.signal });
    if ((await sha1Of(file)) !== expected.split(/\s/)[0]) throw new Error('wrong checksum');
    return file;
  } catch (error) {
    io.signal.throwIfAborted();
    throw new GrantryError('FAILED', `Keycloak ${VERSION} cannot be downloaded from ${RELEASE}`, {
      hint: 'Name an unpacked one in KEYCLOAK_HOME, install Maven and use its mirror, or start a container engine.',
      cause: error,
    });
  }
}

async function fetchBody(url: string, fetch: StartSetting['ports']['fetch'], signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response;
}

async function sha1Of(file: string): Promise<string> {
  const hash = createHash('sha1');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
