// An estate on real servers: a realm and a KV mount of its name, filled by grantry's own apply.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScriptError, step } from '../../scripts/process.mjs';
import { timeNode } from './timing.mjs';

/**
 * Makes the servers hold the estate; what an earlier run left is completed, and nothing done where nothing is missing.
 * @param {import('./estate.mjs').Estate} estate
 * @param {{ keycloak: import('./servers.mjs').Keycloak, vault: import('./servers.mjs').Vault }} servers
 */
export async function seed(estate, servers) {
  await createRealm(estate, servers.keycloak);
  await createMount(estate, servers.vault);
  const apply = ['apply', ...selectionOf(estate, servers, 'seed'), '--auto-approve', '--no-proof'];
  await step(`seed ${estate.clients} clients in realm ${estate.name}`, () =>
    timeNode(['dist/main.js', ...apply], { env: credentialsOf(servers) }),
  );
}

/** The options that point grantry at the estate on these servers; `purpose` names the Target's file. */
export function selectionOf({ name, manifests }, { keycloak, vault }, purpose) {
  const file = join(manifests, '..', `target-${purpose}.yaml`);
  writeFileSync(
    file,
    `apiVersion: grantry/v1
kind: Target
metadata: { name: bench }
spec:
  stack: bench
  provider:
    keycloak:
      url: ${keycloak.url}
      realm: ${name}
      auth: { realm: master, username: ${keycloak.username}, password: '\${env:BENCH_PASSWORD}' }
  secrets:
    vault: { address: '${vault.url}', mount: ${name}, prefix: m2m, auth: { token: '\${env:BENCH_TOKEN}' } }
`,
  );
  return ['-t', 'bench', '--manifests', manifests, '--targets', file];
}

export function credentialsOf({ keycloak, vault }) {
  return { BENCH_PASSWORD: keycloak.password, BENCH_TOKEN: vault.token };
}

/** Afterwards the realm reads its clients from the database. */
export async function clearRealmCache({ name }, { keycloak }) {
  await askKeycloak(keycloak, { method: 'POST', path: `/${name}/clear-realm-cache` });
}

async function createRealm({ name }, keycloak) {
  const status = await askKeycloak(keycloak, { method: 'GET', path: `/${name}`, allowed: [404] });
  if (status === 404) await askKeycloak(keycloak, { method: 'POST', json: { realm: name, enabled: true } });
}

async function createMount({ name }, vault) {
  const options = { headers: { 'x-vault-token': vault.token } };
  const config = () => fetch(`${vault.url}/v1/${name}/config`, options);
  if ((await config()).ok) return;
  const made = await fetch(`${vault.url}/v1/sys/mounts/${name}`, {
    ...options,
    method: 'POST',
    body: JSON.stringify({ type: 'kv', options: { version: '2' } }),
  });
  if (!made.ok) throw new ScriptError(`Vault answers the creation of the mount ${name} with status ${made.status}.`);
  // Vault prepares a new mount of version 2 in the background.
  while (!(await config()).ok) await sleep(100);
}

/** A request below /admin/realms; the status of an answer that is good, or named in `allowed`. */
async function askKeycloak({ url, username, password }, { method, path = '', allowed = [], json }) {
  const form = { grant_type: 'password', client_id: 'admin-cli', username, password };
  const login = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  if (!login.ok) throw new ScriptError(`Keycloak does not let ${username} in: status ${login.status}.`);
  const { access_token: token } = await login.json();
  const { ok, status } = await fetch(`${url}/admin/realms${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  if (ok || allowed.includes(status)) return status;
  throw new ScriptError(`Keycloak answers ${method} /admin/realms${path} with status ${status}.`);
}
