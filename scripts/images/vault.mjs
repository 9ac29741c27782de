// The Vault image from packages: the server is a Go module, compiled here (see the folder vault/).
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from '../process.mjs';
import { importFolder } from './docker.mjs';
import { compiled } from './go.mjs';

export const VAULT_VERSION = '1.21.2';

export async function buildVault(name) {
  const flags = ['-tags', 'minimal', '-ldflags=-s -w'];
  const binary = await compiled({ name: 'vault', version: VAULT_VERSION, flags, takes: '6 to 12 minutes' });
  const root = mkdtempSync(join(cache, 'vault-root-'));
  try {
    for (const folder of ['bin', 'tmp', 'root', 'etc/ssl/certs']) mkdirSync(join(root, folder), { recursive: true });
    copyFileSync(binary, join(root, 'bin/vault'));
    await importFolder(root, name, ['ENTRYPOINT ["/bin/vault"]', 'ENV HOME=/root', 'ENV PATH=/bin', 'EXPOSE 8200']);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
