import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandIo } from '../../src/cli/context.ts';
import { GrantryError } from '../../src/model/errors.ts';
import { collectLeftovers } from '../leftovers.ts';
import { PACKAGE_ROOT } from '../package-root.ts';
import { makeCertificate } from './certificate.ts';
import { startAuth0Emulator } from './emulator/emulator.ts';
import type { Auth0Emulator } from './emulator/emulator.ts';
import { TENANT_VARIABLES } from './tenant.ts';

/** The build makes it of story-process.ts. */
const STORY = join(PACKAGE_ROOT, 'dist/demo/auth0-story.js');

/**
 * The story on an emulated tenant of Auth0, which needs neither containers nor Java. Gives the exit code. The acts are a
 * process of their own: Node reads at its start which certificates to trust, and the tenant's is made here.
 */
export async function demoAuth0(io: CommandIo): Promise<number> {
  const leftovers = collectLeftovers();
  try {
    const folder = mkdtempSync(join(io.env['TMPDIR'] || tmpdir(), 'grantry-demo-tenant-'));
    leftovers.add(`the folder ${folder}`, () => rmSync(folder, { recursive: true, force: true }));
    const tls = await makeCertificate();
    const authority = join(folder, 'ca.pem');
    writeFileSync(authority, tls.cert);
    const emulator = await startAuth0Emulator({ tls });
    try {
      return await tellStory({ ...io.env, ...environmentOf(emulator), NODE_EXTRA_CA_CERTS: authority });
    } finally {
      await emulator.close();
    }
  } finally {
    for (const what of leftovers.removeAll()) io.stderr.write(`could not be removed: ${what}\n`);
  }
}

/** grantry's own account, as a user would have it; and no proxy, since the tenant is on this machine. */
function environmentOf({ domain, clientId, clientSecret }: Auth0Emulator): Record<string, string> {
  return {
    [TENANT_VARIABLES.domain]: domain,
    [TENANT_VARIABLES.clientId]: clientId,
    [TENANT_VARIABLES.clientSecret]: clientSecret,
    GRANTRY_ALLOWED_HOSTS: domain,
    NO_PROXY: 'localhost',
    no_proxy: 'localhost',
  };
}

/** Ctrl-C reaches the child by itself; what ends only this process is passed on. The child removes what it made. */
function tellStory(env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [STORY], { env, stdio: 'inherit' });
    const passOn = (): boolean => child.kill('SIGTERM');
    process.on('SIGINT', leaveToChild).on('SIGTERM', passOn);
    child.on('error', ({ message }) => {
      reject(new GrantryError('FAILED', `the demo could not be started: ${message}`));
    });
    child.on('exit', (code, ended) => {
      process.off('SIGINT', leaveToChild).off('SIGTERM', passOn);
      resolve(code ?? 128 + constants.signals[ended ?? 'SIGTERM']);
    });
  });
}

function leaveToChild(): void {}
