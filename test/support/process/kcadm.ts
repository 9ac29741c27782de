/** Commands of documents for Keycloak's own command line, run in the container of the server that the tests have. */
import { execFile as execFileByCallback } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KeycloakServer } from '../servers/realm.ts';
import { exitedWith, startProgram } from './cli.ts';

const execFile = promisify(execFileByCallback);

/** Runs a script in bash as the server's administrator; `kcadm.sh` is that of the container. `cwd`: where it leaves files. */
export async function runWithKcadm(server: KeycloakServer, script: string, cwd?: string): Promise<void> {
  const published = new URL(server.url).port;
  const { stdout } = await execFile('docker', ['ps', '-q', '--filter', `publish=${published}`]);
  const container = stdout.trim();
  if (container === '') throw new Error(`no container has the port ${published}: kcadm.sh runs in that of the server`);
  const folder = mkdtempSync(join(tmpdir(), 'grantry-kcadm-'));
  const login = `--no-config --server http://localhost:8080 --realm master --user ${server.username}`;
  const shim = `#!/bin/sh\nexec docker exec -i -e KC_CLI_PASSWORD='${server.password}' ${container} /opt/keycloak/bin/kcadm.sh "$@" ${login}\n`;
  writeFileSync(join(folder, 'kcadm.sh'), shim, { mode: 0o755 });
  const path = `${folder}:${process.env['PATH'] ?? ''}`;
  const options = { env: { PATH: path }, timeoutMs: 300_000, ...(cwd === undefined ? {} : { cwd }) };
  const run = startProgram('bash', ['-e', '-c', script], options);
  exitedWith(0, await run.done);
  rmSync(folder, { recursive: true });
}

/** The block of shell behind a mark in a document. */
export function scriptIn(document: string, mark: string): string {
  const [, script] = new RegExp(`<!-- ${mark} -->\\s*\`\`\`sh\\n(.*?)^\`\`\`$`, 'ms').exec(document) ?? [];
  if (script === undefined) throw new Error(`the document has no script behind the mark ${mark}`);
  return script;
}
