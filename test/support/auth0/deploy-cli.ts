/** auth0-deploy-cli, Auth0's own client of the Management API: what it exports of the emulator, nobody here wrote. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Auth0Emulator } from '../../../demo/auth0/emulator/emulator.ts';

const run = promisify(execFile);
const VERSION = '8.44.0';

/** The parts of an export about M2M access. */
const exported = z.object({
  clients: z.array(
    z.object({
      name: z.string(),
      app_type: z.string().optional(),
      grant_types: z.array(z.string()).optional(),
      token_endpoint_auth_method: z.string().optional(),
      client_authentication_methods: z.json().optional(),
      client_metadata: z.record(z.string(), z.string()).optional(),
    }),
  ),
  resourceServers: z.array(
    z.object({
      name: z.string().optional(),
      identifier: z.string(),
      scopes: z.array(z.object({ value: z.string(), description: z.string().optional() })).optional(),
      token_lifetime: z.number().optional(),
    }),
  ),
  clientGrants: z.array(z.object({ client_id: z.string(), audience: z.string(), scope: z.array(z.string()) })),
});
export type ExportedTenant = z.infer<typeof exported>;

/** What `a0deploy export` writes of the emulator's tenant. */
export async function exportTenant({ url, domain, clientId, clientSecret }: Auth0Emulator): Promise<ExportedTenant> {
  const program = await ensureInstalled();
  const folder = mkdtempSync(join(tmpdir(), 'grantry-deploy-cli-'));
  try {
    // It speaks https to the tenant's domain and to nothing else.
    const preload = join(folder, 'preload.cjs');
    writeFileSync(preload, preloadOf(`https://${domain}/`, `${url}/`));
    const config = join(folder, 'config.json');
    const settings = {
      AUTH0_DOMAIN: domain,
      AUTH0_CLIENT_ID: clientId,
      AUTH0_CLIENT_SECRET: clientSecret,
      AUTH0_INCLUDED_ONLY: ['clients', 'clientGrants', 'resourceServers'],
    };
    writeFileSync(config, JSON.stringify(settings));
    const args = ['-r', preload, program, 'export', '-c', config, '-f', 'yaml', '-o', join(folder, 'out')];
    const { PATH = '', HOME = '' } = process.env;
    await run(process.execPath, args, { env: { PATH, HOME }, cwd: folder, timeout: 100_000 });
    return exported.parse(parse(readFileSync(join(folder, 'out/tenant.yaml'), 'utf8')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function preloadOf(from: string, to: string): string {
  return `
const send = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const asked = typeof input === 'string' ? input : input.url ?? String(input);
  if (!asked.startsWith(${JSON.stringify(from)})) throw new TypeError('a request for somewhere else: ' + asked);
  return send(asked.replace(${JSON.stringify(from)}, ${JSON.stringify(to)}), init);
};
`;
}

/** Installs it into the cache once: it brings a hundred packages that nothing else here needs. */
async function ensureInstalled(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'grantry');
  const folder = join(cache, `auth0-deploy-cli-${VERSION}`);
  const program = join(folder, 'node_modules/auth0-deploy-cli/lib/index.js');
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, 'install-'));
  writeFileSync(join(fresh, 'package.json'), '{"private":true}\n');
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', ['install', ...flags, `auth0-deploy-cli@${VERSION}`], { cwd: fresh, timeout: 300_000 });
  renameSync(fresh, folder);
  return program;
}
