// The manifests of an estate of N clients, as a platform team would have them: a file per client, a folder per team.
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkout } from '../../scripts/process.mjs';

const APIS = 40;
const SCOPES = ['read', 'write', 'list', 'export', 'admin'];
const CLIENTS_PER_TEAM = 100;

/**
 * @typedef {{ name: string, clients: number, folders: string[], manifests: string }} Estate
 * `name` changes with whatever is in the manifests; `folders` are those of the store; `manifests` is their folder.
 * @param {number} clients
 * @returns {Estate}
 */
export function writeEstate(clients) {
  const files = new Map([...apiFiles(), ...clientFiles(clients)]);
  const digest = createHash('sha256')
    .update(JSON.stringify([...files]))
    .digest('hex')
    .slice(0, 8);
  const name = `bench-${clients}-${digest}`;
  const manifests = join(checkout, '.cache/bench', name, 'manifests');
  rmSync(manifests, { recursive: true, force: true });
  for (const [file, text] of files) {
    mkdirSync(dirname(join(manifests, file)), { recursive: true });
    writeFileSync(join(manifests, file), text);
  }
  const teams = Math.ceil(clients / CLIENTS_PER_TEAM);
  return { name, clients, folders: Array.from({ length: teams }, (_, index) => teamOf(index)), manifests };
}

function teamOf(index) {
  return `team-${String(index).padStart(3, '0')}`;
}

function* apiFiles() {
  for (let index = 0; index < APIS; index += 1) {
    const api = `api-${index}`;
    yield [
      `apis/${api}.yaml`,
      `apiVersion: grantry/v1
kind: Api
metadata:
  name: ${api}
  owner: ${teamOf(index)}
  description: The API number ${index}
spec:
  audience: https://${api}.internal
${index % 4 === 0 ? '  tokenLifetime: 5m\n' : ''}  scopes:
${SCOPES.map((scope) => `    ${api}:${scope}: May ${scope} what ${api} holds\n`).join('')}`,
    ];
  }
}

function* clientFiles(clients) {
  for (let index = 0; index < clients; index += 1) {
    const client = `service-${String(index).padStart(5, '0')}`;
    const team = teamOf(Math.floor(index / CLIENTS_PER_TEAM));
    const [first, second] = [`api-${index % APIS}`, `api-${(index * 7 + 1) % APIS}`];
    const other =
      second === first ? '' : `    - api: ${second}\n      scopes: [${second}:${SCOPES[index % SCOPES.length]}]\n`;
    yield [
      `clients/${team}/${client}.yaml`,
      `apiVersion: grantry/v1
kind: Client
metadata:
  name: ${client}
  owner: ${team}
  description: Service number ${index} of ${team}
  labels:
    tier: backend
    stage: ${index % 3 === 0 ? 'beta' : 'stable'}
spec:
  access:
    - api: ${first}
      scopes: [${first}:read, ${first}:list]
      onRequest: [${first}:write]
${other}  auth: client_secret_basic
  secret:
    path: ${team}/${client}
`,
    ];
  }
}
