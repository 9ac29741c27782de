// A container engine: the one that answers, or, as root on a Debian-like machine, one installed and started here.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../lock.mjs';
import { canInstallPackages, ensurePrograms } from '../packages.mjs';
import { capture, logFile, onPath, run, say, ScriptError, step } from '../process.mjs';

const PID_FILE = '/var/run/docker.pid';

/** Undefined when an engine answers, else why none does. */
async function whyNoEngine() {
  if (!onPath('docker')) return 'there is no docker command';
  const { ok, stdout, stderr } = await capture('docker', ['info', '--format', '{{.ServerVersion}}']);
  if (ok && stdout.trim() !== '') return undefined;
  return (
    stderr
      .trim()
      .split('\n')
      .find((line) => line.trim() !== '') ?? 'docker info gives no answer'
  );
}

export async function engineAnswers() {
  return (await whyNoEngine()) === undefined;
}

/** Makes sure that an engine answers; throws with instructions where that is not possible. */
export async function ensureEngine() {
  const reason = await whyNoEngine();
  if (reason === undefined) return;
  if (!canInstallPackages() || process.env.DOCKER_HOST) {
    throw new ScriptError(
      `No container engine answers: ${reason}`,
      [
        'Real Keycloak and Vault servers are started as containers. Start Docker (Docker Desktop, colima, or',
        '"sudo systemctl start docker") or Podman with its Docker socket (DOCKER_HOST), check with "docker info", then',
        'start again. As root on Debian or Ubuntu an engine is installed and started for you.',
      ].join('\n'),
    );
  }
  await withLock('engine', async () => {
    if (await engineAnswers()) return;
    say(`No container engine answers (${reason}): installing and starting one, as root on a machine with apt-get.`);
    await ensurePrograms(['docker', 'dockerd', 'iptables'], 'to run containers');
    if (await engineAnswers()) return; // the package may have started it
    await step('start dockerd', startEngine);
  });
}

async function startEngine() {
  if (existsSync('/run/systemd/system')) {
    return run('systemctl', ['start', 'docker'], { log: 'dockerd', hint: 'See "systemctl status docker".' });
  }
  clearStalePidFile();
  const log = logFile('dockerd');
  const output = openSync(log, 'a');
  // Detached, with its output in a file: an engine that keeps this run's pipe open would keep the run from ending.
  const engine = spawn('dockerd', [], { detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  const ended = [];
  engine.on('error', (error) => ended.push(error.message));
  engine.on('exit', (code, signal) => ended.push(`it ended (${code ?? signal})`));
  engine.unref();
  for (let tries = 0; tries < 120 && ended.length === 0; tries += 1) {
    if (await engineAnswers()) return;
    await sleep(500);
  }
  const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-8);
  throw new ScriptError(
    [`dockerd does not come up: ${ended[0] ?? 'no answer within a minute'}`, ...tail.map((line) => `    ${line}`)].join(
      '\n',
    ),
    `Its whole output: ${log}`,
  );
}

/** After an unclean end the file can name a process that is gone or is another one; dockerd then refuses to start. */
function clearStalePidFile() {
  if (!existsSync(PID_FILE)) return;
  const pid = readFileSync(PID_FILE, 'utf8').trim();
  const comm = `/proc/${pid}/comm`;
  if (!/^\d+$/.test(pid) || !existsSync(comm) || readFileSync(comm, 'utf8').trim() !== 'dockerd') rmSync(PID_FILE);
}
