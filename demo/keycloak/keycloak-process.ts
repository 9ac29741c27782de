import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { generateX25519Identity } from 'age-encryption';
import { endOfLog } from './docker.ts';
import { prepareDistribution } from './distribution.ts';
import type { Jdk } from './jdk.ts';
import { keycloakVariables, randomPassword, START_COMMAND } from './keycloak-settings.ts';
import type { StartedServers, StartSetting } from '../setting.ts';
import { waitUntilReady } from '../wait.ts';

const AGE_KEY_VARIABLE = 'GRANTRY_AGE_KEY';

/** Starts Keycloak from its distribution, on this machine; the credentials go to encrypted files. */
export async function startProcess(jdk: Jdk, setting: StartSetting): Promise<StartedServers> {
  const { ports, progress, leftovers } = setting;
  const begun = ports.clock.now();
  const home = await prepareDistribution(setting);
  const port = await freePort();
  const adminPassword = randomPassword();
  const identity = await generateX25519Identity();
  progress.say('Keycloak', 'starting');
  const log = join(setting.directory, 'keycloak.log');
  const child = launch(home, log, {
    ...setting.io.env,
    ...keycloakVariables(adminPassword),
    JAVA_HOME: jdk.home,
    KC_HTTP_HOST: '127.0.0.1',
    KC_HTTP_PORT: String(port),
    // Keycloak makes nothing of it: it is where a user finds the key again, as the password, when the server is kept.
    ...(setting.keep ? { [AGE_KEY_VARIABLE]: identity } : {}),
  });
  const { pid } = child;
  leftovers.add(`Keycloak (kill -9 ${pid ?? ''})`, () => killGroup(pid));
  const url = `http://127.0.0.1:${port}`;
  const whyNot = async (): Promise<string | undefined> =>
    hasEnded(child) ? endOfLog('it', readFileSync(log, 'utf8'), [adminPassword, identity]) : undefined;
  await waitUntilReady({ title: 'Keycloak', url: `${url}/realms/master`, whyNot }, ports);
  progress.finish('Keycloak', begun);
  const printVariable = (name: string): string => variableOfProcess(pid ?? 0, name);
  return {
    keycloak: {
      url,
      printVariable,
      stopCommand: `kill -- -${pid}`,
      adminPassword,
      kcadm: { command: `JAVA_HOME='${jdk.home}' '${home}/bin/kcadm.sh'`, server: url },
    },
    store: { kind: 'file', identity, printIdentity: printVariable(AGE_KEY_VARIABLE) },
  };
}

/** In a group of its own: kc.sh may start more than one process, and Ctrl-C must not end them before we do. */
function launch(home: string, log: string, env: Readonly<Record<string, string | undefined>>): ChildProcess {
  const output = openSync(log, 'a', 0o600);
  try {
    const child = spawn(join(home, 'bin/kc.sh'), [...START_COMMAND], {
      cwd: home,
      env: { ...env },
      stdio: ['ignore', output, output],
      detached: true,
    });
    child.on('error', () => undefined); // it has no pid then, and counts as ended
    child.unref();
    return child;
  } finally {
    closeSync(output);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** Without a farewell: nothing of it is needed any more. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** A shell command that prints one variable of a process of one's own. */
function variableOfProcess(pid: number, name: string): string {
  const all = process.platform === 'linux' ? `tr '\\0' '\\n' < /proc/${pid}/environ` : `ps eww ${pid} | tr ' ' '\\n'`;
  return `${all} | sed -n 's/^${name}=//p'`;
}

/** A port that nobody uses at this moment. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
