import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder with the package's package.json: this module lies at another depth in the bundle than in the sources. */
export const PACKAGE_ROOT = findRoot(new URL('.//', import.meta.url));

function findRoot(folder: URL): string {
  if (existsSync(new URL('package.json', folder)) || folder.pathname === '/') return fileURLToPath(folder);
  return findRoot(new URL('../', folder));
}
