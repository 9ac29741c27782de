import { GrantryError } from '../../src/model/errors.ts';
import { imagesOf, startContainers } from './containers.ts';
import { engineAnswers } from './docker.ts';
import { findJdk } from './jdk.ts';
import type { Jdk } from './jdk.ts';
import { startProgress } from '../progress.ts';
import type { Setting, StartedServers } from '../setting.ts';

/** How the servers are started. */
export type Way =
  | { readonly kind: 'containers'; readonly words: string }
  | { readonly kind: 'process'; readonly words: string; readonly jdk: Jdk };

/** Containers where an engine answers, else Keycloak on a JDK; throws FAILED where there is neither. */
export async function chooseWay({ io }: Pick<Setting, 'io'>, jdkPlaces?: readonly string[]): Promise<Way> {
  if (await engineAnswers(io.env, io.signal)) {
    const { keycloak, vault } = imagesOf({ io });
    return { kind: 'containers', words: `Starting two containers: Keycloak (${keycloak}) and Vault (${vault})` };
  }
  io.signal.throwIfAborted();
  const jdk = process.platform === 'win32' ? undefined : findJdk(io.env, jdkPlaces);
  if (jdk !== undefined) {
    const words = `No container engine answers: starting Keycloak on Java ${jdk.version} (${jdk.home}); encrypted files stand in for Vault`;
    return { kind: 'process', words, jdk };
  }
  throw new GrantryError('FAILED', 'the demo needs a container engine or a JDK, and there is neither', {
    hint: [
      'Either start Docker, or Podman with its Docker socket (check: docker info),',
      'or install a JDK, version 21 or later, and name it in JAVA_HOME (an older one does not run Keycloak).',
    ].join('\n'),
  });
}

/** Starts the servers, saying what they are doing while one waits. */
export async function startServers(way: Way, setting: Setting): Promise<StartedServers> {
  const progress = startProgress(setting.io.stderr, () => setting.ports.clock.now());
  try {
    const startSetting = { ...setting, progress };
    return way.kind === 'containers' ? await startContainers(startSetting) : await startJdk(way.jdk, startSetting);
  } finally {
    progress.stop();
  }
}

async function startJdk(jdk: Jdk, setting: Parameters<typeof startContainers>[0]): Promise<StartedServers> {
  return (await import('./keycloak-process.ts')).startProcess(jdk, setting);
}
