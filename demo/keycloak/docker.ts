import { spawnSync } from 'node:child_process';
import { GrantryError } from '../../src/model/errors.ts';
import { lastLines, runProgram } from '../program.ts';
import type { Environment, StartSetting } from '../setting.ts';

/** A container to be started. */
export interface ContainerRequest {
  /** As messages name it: `Keycloak`. */
  readonly title: string;
  readonly image: string;
  /** The port inside. */
  readonly port: number;
  /** Arguments of `docker create` in front of the image. */
  readonly options?: readonly string[];
  readonly command: readonly string[];
  /** Handed over through the environment of the docker client: what is in argv every user of the machine can read. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Container {
  readonly id: string;
  /** host:port on this machine. */
  readonly address: string;
}

const ANSWER_MS = 30_000;

/** Whether a container engine answers. */
export async function engineAnswers(env: Environment, signal: AbortSignal): Promise<boolean> {
  const options = { env, timeout: ANSWER_MS, signal };
  const { ok, stdout } = await runProgram('docker', ['info', '--format', '{{.ServerVersion}}'], options);
  return ok && stdout.trim() !== '';
}

/** Makes a container and starts it; the image is pulled where it is missing. Throws FAILED. */
export async function startContainer(request: ContainerRequest, setting: StartSetting): Promise<Container> {
  const { io, progress } = setting;
  await ensureImage(request, setting);
  progress.say(request.title, 'starting');
  const id = await createContainer(request, setting);
  await must(['start', id], request, io.env);
  const ports = await must(['port', id, String(request.port)], request, io.env);
  const address = lastLines(ports, 1)[0];
  if (address === undefined) throw new GrantryError('FAILED', `${request.title}: its container has no port`);
  return { id, address };
}

async function ensureImage({ title, image }: ContainerRequest, { io, progress }: StartSetting): Promise<void> {
  const { env, signal } = io;
  const found = await runProgram('docker', ['image', 'inspect', '--format', '{{.Id}}', image], { env, signal });
  if (found.ok) return;
  progress.say(title, `pulling ${image}`);
  const pulled = await runProgram('docker', ['pull', '--quiet', image], { env, signal });
  signal.throwIfAborted();
  if (pulled.ok) return;
  throw new GrantryError('FAILED', `${title}: the image ${image} cannot be pulled: ${reason(pulled.stderr)}`, {
    hint: `Check that its registry can be reached, or name another image in ${title.toUpperCase()}_IMAGE.`,
  });
}

/** Made and started in two steps: from its first moment on there is an id to remove it by. */
async function createContainer(request: ContainerRequest, { io, leftovers }: StartSetting): Promise<string> {
  const { image, port, options = [], command, env } = request;
  io.signal.throwIfAborted();
  const variables = Object.keys(env).flatMap((name) => ['-e', name]);
  const args = ['--label', 'grantry.demo', '-p', `127.0.0.1::${port}`, ...variables, ...options, image, ...command];
  const id = (await must(['create', ...args], request, { ...io.env, ...env })).trim().slice(0, 12);
  leftovers.add(`the container ${id} (docker rm -f -v ${id})`, () => {
    const { status } = spawnSync('docker', ['rm', '-f', '-v', id], { env: { ...io.env }, stdio: 'ignore' });
    if (status !== 0) throw new Error('docker rm failed');
  });
  return id;
}

async function must(args: readonly string[], { title }: ContainerRequest, env: Environment): Promise<string> {
  const { ok, stdout, stderr } = await runProgram('docker', args, { env });
  if (ok) return stdout;
  throw new GrantryError('FAILED', `${title}: docker ${args[0] ?? ''} failed: ${reason(stderr)}`, {
    hint: 'Check the engine with: docker info',
  });
}

function reason(stderr: string): string {
  return lastLines(stderr, 1)[0]?.replace(/^Error response from daemon: /, '') ?? 'it does not say why';
}

/** Why a container ended, from its log; undefined while it runs. `hidden` must not be shown. */
export async function whyContainerEnded(
  id: string,
  env: Environment,
  hidden: readonly string[],
): Promise<string | undefined> {
  const state = await runProgram('docker', ['inspect', '--format', '{{.State.Running}}', id], { env });
  if (state.ok && state.stdout.trim() === 'true') return undefined;
  const { ok, stdout, stderr } = await runProgram('docker', ['logs', '--tail', '20', id], { env });
  return ok ? endOfLog('its container', stdout + stderr, hidden) : 'its container is gone';
}

/** How a failure quotes the end of a server's log. */
export function endOfLog(what: string, log: string, hidden: readonly string[]): string {
  const text = hidden.reduce((rest, value) => rest.replaceAll(value, '(hidden)'), log);
  return [`${what} ended; the end of its log:`, ...lastLines(text, 15).map((line) => `    ${line}`)].join('\n');
}
