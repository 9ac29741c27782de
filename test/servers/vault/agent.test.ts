/** The configuration of Vault Agent for consumers, run by the `vault` of a Vault of its own. */
import { readFileSync } from 'node:fs';
import type { StartedTestContainer } from 'testcontainers';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { z } from 'zod';
import { startVault } from '../../support/servers/servers.ts';
import type { VaultServer } from '../../support/servers/servers.ts';

const PLACE = 'team-checkout/order-service';
const FILE = '/run/order-service/credential.json';
const CONFIG = readFileSync(new URL('../../../examples/consumers/vault-agent/agent.hcl', import.meta.url), 'utf8');

const answer = z.looseObject({ data: z.record(z.string(), z.unknown()).nullish() });

let server: VaultServer;
let container: StartedTestContainer;

beforeAll(async () => {
  ({ server, container } = await startVault(inject('vaultImage')));
});
afterAll(() => container.stop());

async function vault(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${server.url}/v1/${path}`, {
    method,
    headers: { 'X-Vault-Token': server.rootToken },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Vault answers ${response.status} for ${path}`);
  return (text === '' ? undefined : answer.parse(JSON.parse(text)).data) ?? {};
}

/** What the agent needs to log in, with the policy that docs/vault.md gives a consumer. */
async function makeLogin(): Promise<{ roleId: string; secretId: string }> {
  await vault('PUT', 'sys/policies/acl/consumer', {
    policy: `path "secret/data/m2m/${PLACE}" { capabilities = ["read"] }`,
  });
  await vault('POST', 'sys/auth/approle', { type: 'approle' });
  await vault('POST', 'auth/approle/role/consumer', { token_policies: ['consumer'] });
  const { role_id: roleId } = await vault('GET', 'auth/approle/role/consumer/role-id');
  const { secret_id: secretId } = await vault('POST', 'auth/approle/role/consumer/secret-id');
  return { roleId: String(roleId), secretId: String(secretId) };
}

/** For a place with no systemd, and no minute to wait; the reload leaves a trace in Vault. */
function configHere(): string {
  const changes: [string, string][] = [
    ['"https://vault.example.com"', '"http://127.0.0.1:8200"'],
    ['static_secret_render_interval = "1m"', 'static_secret_render_interval = "1s"'],
    [
      '["systemctl", "reload", "order-service.service"]',
      '["/bin/vault", "kv", "put", "-mount=secret", "reload", "n=1"]',
    ],
  ];
  for (const [text] of changes) expect(CONFIG).toContain(text);
  return changes.reduce((config, [text, here]) => config.replace(text, here), CONFIG);
}

/** The only file of a tar archive: its mode, and what is in it. */
async function readRendered(): Promise<{ mode: number; document: unknown }> {
  const chunks: Buffer[] = [];
  for await (const chunk of await container.copyArchiveFromContainer(FILE)) chunks.push(Buffer.from(chunk));
  const archive = Buffer.concat(chunks);
  const number = (start: number, end: number): number => Number.parseInt(archive.toString('latin1', start, end), 8);
  const text = archive.toString('utf8', 512, 512 + number(124, 135));
  return { mode: number(100, 107) & 0o777, document: JSON.parse(text) };
}

it('keeps the document in a file, and signals the service when it has changed', async () => {
  const first = { client_id: 'order-service', client_secret: 'first-<&>-"quoted"', scopes: 'a b' };
  await vault('POST', `secret/data/m2m/${PLACE}`, { data: first });
  const { roleId, secretId } = await makeLogin();
  await container.copyContentToContainer([
    { content: configHere(), target: '/etc/vault-agent/agent.hcl' },
    { content: roleId, target: '/etc/vault-agent/role-id' },
    { content: secretId, target: '/etc/vault-agent/secret-id' },
    { content: '', target: '/run/order-service/made-by-the-service' }, // the agent makes no folder for its token
  ]);
  const env = { VAULT_ADDR: 'http://127.0.0.1:8200', VAULT_TOKEN: server.rootToken };
  // Ends with its container.
  const agent = container.exec(['/bin/vault', 'agent', '-config=/etc/vault-agent/agent.hcl'], { env });
  agent.catch(() => undefined);

  await vi.waitFor(async () => expect(await readRendered()).toEqual({ mode: 0o640, document: first }), {
    timeout: 30_000,
  });
  await vi.waitFor(async () => expect(await reloads()).toBe(1), { timeout: 30_000 });

  const next = { ...first, client_secret_next: 'second' };
  await vault('POST', `secret/data/m2m/${PLACE}`, { data: next });
  await vi.waitFor(async () => expect((await readRendered()).document).toEqual(next), { timeout: 30_000 });
  await vi.waitFor(async () => expect(await reloads()).toBe(2), { timeout: 30_000 });
});

async function reloads(): Promise<unknown> {
  return (await vault('GET', 'secret/metadata/reload'))['current_version'];
}
