// The Vault image from packages: the server is a Go module, compiled here (see the folder vault/).
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { cache, capture, checkout, onPath, run, step } from '../process.mjs';
import { makeDebianRoot, SUITE } from './debian.mjs';
import { hasImage, importFolder } from './docker.mjs';

export const VAULT_VERSION = '1.21.2';

const SOURCE = join(checkout, 'scripts/images/vault');
const BUILD = ['build', '-tags', 'minimal', '-buildvcs=false', '-ldflags=-s -w'];
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

export async function buildVault(name) {
  mkdirSync(cache, { recursive: true });
  const binary = join(cache, `vault-${VAULT_VERSION}-${sourceHash()}`);
  if (!existsSync(binary)) await compile(binary);
  const root = mkdtempSync(join(cache, 'vault-root-'));
  try {
    for (const folder of ['bin', 'tmp', 'root', 'etc/ssl/certs']) mkdirSync(join(root, folder), { recursive: true });
    copyFileSync(binary, join(root, 'bin/vault'));
    await importFolder(root, name, ['ENTRYPOINT ["/bin/vault"]', 'ENV HOME=/root', 'ENV PATH=/bin', 'EXPOSE 8200']);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function sourceHash() {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(SOURCE, file)));
  return hash.digest('hex').slice(0, 12);
}

async function compile(binary) {
  const out = mkdtempSync(join(cache, 'vault-build-'));
  try {
    const own = await goIsNewEnough();
    if (!own) await ensureBuilder();
    await step(`compile Vault ${VAULT_VERSION} (6 to 12 minutes the first time)`, () =>
      own ? compileHere(join(out, 'vault')) : compileInBuilder(out),
    );
    renameSync(join(out, 'vault'), binary);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function goIsNewEnough() {
  if (!onPath('go')) return false;
  const wanted = /^go (\d+)\.(\d+)\.(\d+)/m.exec(readFileSync(join(SOURCE, 'go.mod'), 'utf8'));
  const { stdout } = await capture('go', ['env', 'GOVERSION']);
  const found = /^go(\d+)\.(\d+)(?:\.(\d+))?/.exec(stdout);
  if (!wanted || !found) return false;
  return asNumber(found) >= asNumber(wanted);
}

function asNumber(match) {
  return [1, 2, 3].reduce((sum, at) => sum * 1000 + Number(match[at] ?? 0), 0);
}

function compileHere(file) {
  const env = { ...process.env, CGO_ENABLED: '0' };
  return run('go', [...BUILD, '-o', file, '.'], { log: 'vault-build', cwd: SOURCE, env });
}

function compileInBuilder(out) {
  const goFolder = join(cache, 'go');
  mkdirSync(goFolder, { recursive: true });
  const mounts = [`${SOURCE}:/src:ro`, `${out}:/out`, `${goFolder}:/go`];
  if (existsSync(CERTIFICATES)) mounts.push(`${CERTIFICATES}:${CERTIFICATES}:ro`); // a private CA of this network
  const variables = ['CGO_ENABLED=0', 'GOPATH=/go', 'GOCACHE=/go/build', 'GOTOOLCHAIN=local', ...PASSED_ON];
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
    ...BUILD,
    '-o',
    '/out/vault',
    '.',
  ];
  return run('docker', command, { log: 'vault-build' });
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
