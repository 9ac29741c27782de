/** Runs commands that output names, by the programs that people have: in containers, as the machine may have none of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitedWith, startProgram } from './cli.ts';

/** A program that stands in for one of a container image, on the network of this machine and in the folder it is started in. */
export function programInImage(image: string, environment: readonly string[]): string {
  const variables = environment.map((name) => `-e ${name}`).join(' ');
  return `#!/bin/sh\nexec docker run --rm -i --network host ${variables} -v "$PWD:$PWD" -w "$PWD" ${image} "$@"\n`;
}

/** Pastes the commands into bash, one after another, in a folder of their own; fails with the first that fails. */
export async function runCommands(
  commands: readonly string[],
  programs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'grantry-commands-'));
  const bin = mkdtempSync(join(tmpdir(), 'grantry-bin-'));
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(bin, name), text, { mode: 0o755 });
  const path = `${bin}:${process.env['PATH'] ?? ''}`;
  const run = startProgram('bash', ['-e', '-c', commands.join('\n')], {
    env: { ...env, PATH: path },
    timeoutMs: 300_000,
    cwd: folder,
  });
  const ended = await run.done;
  rmSync(folder, { recursive: true });
  rmSync(bin, { recursive: true });
  exitedWith(0, ended);
  return ended.stdout;
}
