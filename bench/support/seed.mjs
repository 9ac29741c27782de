// An estate on real servers: a realm and a KV mount of its name, filled by grantry's own apply.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScriptError, step } from '../../scripts/process.mjs';
import { ROLE } from './estate.mjs';
import { timeNode } from './timing.mjs';

/**
 * Makes the servers hold the estate; what an earlier run left is completed, and nothing done where nothing is missing.
 * @param {import('./estate.mjs').Estate} estate
 * @param {{ keycloak: import('./servers.mjs').Keycloak, vault: import('./servers.mjs').Vault }} servers
 */
export async function seed(estate, servers) {
  await createPlace(estate.name, servers);
  const selection = selectionOf(estate, servers, { purpose: 'seed' });
  await step(`seed ${estate.clients.length} clients in realm ${estate.name}`, () => applyAll(selection, servers));
}

/** Brings everything that is selected to what its manifests say. */
export async function applyAll(selection, servers) {
  const args = ['apply', ...selection, '--auto-approve', '--no-proof'];
  await timeNode(['dist/main.js', ...args], { env: credentialsOf(servers) });
}

/** A realm, with the role that clients may declare, and a KV mount of this name; resolves to the role's id. */
export async function createPlace(name, servers) {
  await createRealm(name, servers.keycloak);
  await createMount(name, servers.vault);
  return roleId(name, servers.keycloak);
}

export async function removePlace(name, { keycloak, vault }) {
  await askKeycloak(keycloak, { method: 'DELETE', path: `/${name}`, allowed: [404] });
  await fetch(`${vault.url}/v1/sys/mounts/${name}`, { method: 'DELETE', headers: { 'x-vault-token': vault.token } });
}

/**
 * The options that point grantry at places on these servers; `purpose` names the file of the Targets.
 * @param {{ name: string, manifests: string }} estate
 * @param {{ purpose: string, places?: readonly { target: string, realm: string, mount: string, prefix: string }[] }} options
 */
export function selectionOf({ name, manifests }, servers, { purpose, places = [placeOf(name)] }) {
  const file = join(manifests, '..', `target-${purpose}.yaml`);
  writeFileSync(file, places.map((place) => targetOf(place, servers)).join('---\n'));
  return ['-t', places.length === 1 ? places[0].target : '*', '--manifests', manifests, '--targets', file];
}

function placeOf(name) {
  return { target: 'bench', realm: name, mount: name, prefix: 'm2m' };
}

function targetOf({ target, realm, mount, prefix }, { keycloak, vault }) {
  return `apiVersion: grantry/v1
kind: Target
metadata: { name: ${target} }
spec:
  stack: bench
  provider:
    keycloak:
      url: ${keycloak.url}
      realm: ${realm}
      auth: { realm: master, username: ${keycloak.username}, password: '\${env:BENCH_PASSWORD}' }
  store:
    vault: { address: '${vault.url}', mount: ${mount}, prefix: ${prefix}, auth: { token: '\${env:BENCH_TOKEN}' } }
`;
}

export function credentialsOf({ keycloak, vault }) {
  return { BENCH_PASSWORD: keycloak.password, BENCH_TOKEN: vault.token };
}

/** Afterwards the realm reads its clients from the database. */
export async function clearRealmCache({ name }, { keycloak }) {
  await askKeycloak(keycloak, { method: 'POST', path: `/${name}/clear-realm-cache` });
}

async function createRealm(name, keycloak) {
  const { status } = await askKeycloak(keycloak, { method: 'GET', path: `/${name}`, allowed: [404] });
  if (status !== 404) return;
  await askKeycloak(keycloak, { method: 'POST', json: { realm: name, enabled: true } });
  await askKeycloak(keycloak, { method: 'POST', path: `/${name}/roles`, json: { name: ROLE } });
}

async function roleId(name, keycloak) {
  const { body } = await askKeycloak(keycloak, { method: 'GET', path: `/${name}/roles/${ROLE}`, allowed: [404] });
  return body.id;
}

async function createMount(name, vault) {
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

/** A request below /admin/realms; resolves where the answer is good, or its status named in `allowed`. */
async function askKeycloak({ url, username, password }, { method, path = '', allowed = [], json }) {
  const form = { grant_type: 'password', client_id: 'admin-cli', username, password };
  const login = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  if (!login.ok) throw new ScriptError(`Keycloak does not let ${username} in: status ${login.status}.`);
  const { access_token: token } = await login.json();
  const answer = await fetch(`${url}/admin/realms${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const { ok, status } = answer;
  const text = await answer.text();
  if (ok || allowed.includes(status)) return { status, body: text === '' ? undefined : JSON.parse(text) };
  throw new ScriptError(`Keycloak answers ${method} /admin/realms${path} with status ${status}.`);
}

/** Keycloak's ids of the clients. */
export async function idsOf({ name, clients }, { keycloak }) {
  const ids = new Map();
  for (let first = 0; ids.size < clients.length; first += 500) {
    const { body } = await askKeycloak(keycloak, { method: 'GET', path: `/${name}/clients?first=${first}&max=500` });
    if (body.length === 0) break;
    for (const { id, clientId } of body) ids.set(clientId, id);
  }
  return ids;
}
