// The image of a Kubernetes API server with its etcd, from packages: both are Go modules, compiled into one program (see the
// folder kubernetes/). There is no official image that has both.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from '../process.mjs';
import { importFolder } from './docker.mjs';
import { compiled } from './go.mjs';

export const KUBERNETES_VERSION = '1.37.2';

const VERSION_PACKAGE = 'k8s.io/component-base/version';
const [MAJOR, MINOR] = KUBERNETES_VERSION.split('.');
const VERSION_FLAGS = [
  `-X ${VERSION_PACKAGE}.gitVersion=v${KUBERNETES_VERSION}`,
  `-X ${VERSION_PACKAGE}.gitMajor=${MAJOR}`,
  `-X ${VERSION_PACKAGE}.gitMinor=${MINOR}`,
];

export async function buildKubernetes(name) {
  const flags = ['-trimpath', `-ldflags=-s -w ${VERSION_FLAGS.join(' ')}`];
  const binary = await compiled({ name: 'kubernetes', version: KUBERNETES_VERSION, flags, takes: '5 to 10 minutes' });
  const root = mkdtempSync(join(cache, 'kubernetes-root-'));
  try {
    for (const folder of ['bin', 'tmp', 'etc']) mkdirSync(join(root, folder), { recursive: true });
    copyFileSync(binary, join(root, 'bin/kubernetes'));
    await importFolder(root, name, ['ENTRYPOINT ["/bin/kubernetes"]', 'ENV HOME=/tmp', 'EXPOSE 6443']);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
