// Go programs of the folders beside this file, compiled from the module proxy: by the Go of this machine, or in a container.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache, capture, checkout, onPath, run, step } from '../process.mjs';
import { makeDebianRoot, SUITE } from './debian.mjs';
import { hasImage, importFolder } from './docker.mjs';

/** Debian's Go for the machine that has none: stable's own is older than Vault needs, its backports have this one. */
const DEBIAN_GO = 'golang-1.25-go';
const BUILDER = `grantry/go-builder:${SUITE}-1.25`;
const PASSED_ON = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'GOPROXY',
  'GOSUMDB',
];
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Path of the program in the cache, compiled where it is not there yet.
 * @param {{ name: string, version: string, flags: string[], takes: string }} program `name` is also its folder; `takes`: how
 * long it takes the first time
 */
export async function compiled({ name, version, flags, takes }) {
  mkdirSync(cache, { recursive: true });
  const source = join(checkout, 'scripts/images', name);
  const binary = join(cache, `${name}-${version}-${hashOf(source)}`);
  if (existsSync(binary)) return binary;
  const out = mkdtempSync(join(cache, `${name}-build-`));
  const build = ['build', '-buildvcs=false', ...flags];
  try {
    const own = await goIsNewEnough(source);
    if (!own) await ensureBuilder();
    await step(`compile ${name} ${version} (${takes} the first time)`, () =>
      own ? compileHere(source, out, build) : compileInBuilder(source, out, build),
    );
    renameSync(join(out, 'program'), binary);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  return binary;
}

function hashOf(source) {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(source, file)));
  return hash.digest('hex').slice(0, 12);
}

async function goIsNewEnough(source) {
  if (!onPath('go')) return false;
  const wanted = /^go (\d+)\.(\d+)\.(\d+)/m.exec(readFileSync(join(source, 'go.mod'), 'utf8'));
  const { stdout } = await capture('go', ['env', 'GOVERSION']);
  const found = /^go(\d+)\.(\d+)(?:\.(\d+))?/.exec(stdout);
  if (!wanted || !found) return false;
  return asNumber(found) >= asNumber(wanted);
}

function asNumber(match) {
  return [1, 2, 3].reduce((sum, at) => sum * 1000 + Number(match[at] ?? 0), 0);
}

function compileHere(source, out, build) {
  const env = { ...process.env, CGO_ENABLED: '0', GOOS: 'linux' };
  return run('go', [...build, '-o', join(out, 'program'), '.'], { log: 'go-build', cwd: source, env });
}

function compileInBuilder(source, out, build) {
  const goFolder = join(cache, 'go');
  mkdirSync(goFolder, { recursive: true });
  const mounts = [`${source}:/src:ro`, `${out}:/out`, `${goFolder}:/go`];
  if (existsSync(CERTIFICATES)) mounts.push(`${CERTIFICATES}:${CERTIFICATES}:ro`); // a private CA of this network
  // A module that needs a newer Go than Debian's gets it from the module proxy.
  const variables = ['CGO_ENABLED=0', 'GOPATH=/go', 'GOCACHE=/go/build', 'GOTOOLCHAIN=auto', ...PASSED_ON];
  const options = [...mounts.flatMap((mount) => ['-v', mount]), ...variables.flatMap((variable) => ['-e', variable])];
  const go = `/usr/lib/${DEBIAN_GO.replace(/^golang-(.*)-go$/, 'go-$1')}/bin/go`;
  const command = [
    'run',
    '--rm',
    '--network=host',
    ...options,
    '-w',
    '/src',
    BUILDER,
    go,
    ...build,
    '-o',
    '/out/program',
    '.',
  ];
  return run('docker', command, { log: 'go-build' });
}

async function ensureBuilder() {
  if (await hasImage(BUILDER)) return;
  const root = mkdtempSync(join(cache, 'go-root-'));
  try {
    await makeDebianRoot(root, ['ca-certificates']);
    const sources = readFileSync(join(root, 'etc/apt/sources.list'), 'utf8').split('\n');
    const main = sources.find((line) => line.includes(` ${SUITE} `)) ?? '';
    appendFileSync(join(root, 'etc/apt/sources.list'), `\n${main.replace(` ${SUITE} `, ` ${SUITE}-backports `)}\n`);
    await step(`install ${DEBIAN_GO} in it`, async () => {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      await run('chroot', [root, 'apt-get', 'update', '-q'], { log: 'go-apt', env });
      const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', DEBIAN_GO];
      await run('chroot', [root, ...install], { log: 'go-apt', env });
    });
    await importFolder(root, BUILDER, []);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
