// The manifests of an estate of N clients, as a platform team would have them: a file per client, a folder per team.
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkout } from '../../scripts/process.mjs';

const APIS = 40;
const SCOPES = ['read', 'write', 'list', 'export', 'admin'];
const CLIENTS_PER_TEAM = 100;

/** A realm role that every tenth client declares, where the estate has roles. The seed creates it. */
export const ROLE = 'bench-auditor';
const DECLARES_ROLE = 10;

/**
 * @typedef {{ name: string, api: string, description: string }} EstateScope
 * @typedef {{ name: string, team: string, description: string, stage: string, path: string, scopes: string[],
 *   onRequest: string[], audiences: string[], refused: string, declaresRole: boolean }} EstateClient
 * @typedef {{ name: string, clients: EstateClient[], scopes: EstateScope[], folders: string[], manifests: string }} Estate
 * `name` changes with whatever is in the manifests; `folders` are those of the store; `manifests` is their folder.
 * @param {number} count
 * @param {{ roles?: boolean, label?: string, apis?: number }} options
 * @returns {Estate}
 */
export function writeEstate(count, { roles = false, label = 'bench', apis = APIS } = {}) {
  const clients = Array.from({ length: count }, (_, index) => describeClient(index, { roles, apis }));
  const files = new Map([...apiFiles(apis), ...clients.map((client) => [fileOf(client), manifestOf(client)])]);
  const digest = createHash('sha256')
    .update(JSON.stringify([...files]))
    .digest('hex')
    .slice(0, 8);
  const name = `${label}-${count}-${digest}`;
  const manifests = join(checkout, '.cache/bench', name, 'manifests');
  rmSync(manifests, { recursive: true, force: true });
  for (const [file, text] of files) {
    mkdirSync(dirname(join(manifests, file)), { recursive: true });
    writeFileSync(join(manifests, file), text);
  }
  const folders = [...new Set(clients.map(({ team }) => team))];
  return { name, clients, scopes: scopesOfApis(apis), folders, manifests };
}

/** Writes the manifest of one client anew; whatever is given stands in place of what the estate says. */
export function rewriteClient({ manifests }, client, changes) {
  writeFileSync(join(manifests, fileOf(client)), manifestOf({ ...client, ...changes }));
}

function fileOf({ team, name }) {
  return `clients/${team}/${name}.yaml`;
}

function teamOf(index) {
  return `team-${String(index).padStart(3, '0')}`;
}

function scopesOfApis(apis) {
  return Array.from({ length: apis }, (_, index) =>
    SCOPES.map((scope) => {
      const api = `api-${index}`;
      return { name: `${api}:${scope}`, api, description: `May ${scope} what ${api} holds` };
    }),
  ).flat();
}

function* apiFiles(apis) {
  for (let index = 0; index < apis; index += 1) {
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

function describeClient(index, { roles, apis }) {
  const name = `service-${String(index).padStart(5, '0')}`;
  const team = teamOf(Math.floor(index / CLIENTS_PER_TEAM));
  const [first, second] = [`api-${index % apis}`, `api-${(index * 7 + 1) % apis}`];
  const other = second === first ? [] : [`${second}:${SCOPES[index % SCOPES.length]}`];
  return {
    name,
    team,
    description: `Service number ${index} of ${team}`,
    stage: index % 3 === 0 ? 'beta' : 'stable',
    path: `${team}/${name}`,
    scopes: [`${first}:read`, `${first}:list`, ...other],
    onRequest: [`${first}:write`],
    audiences: second === first ? [first] : [first, second],
    refused: `${first}:admin`,
    declaresRole: roles && index % DECLARES_ROLE === 0,
  };
}

function manifestOf({ name, team, description, stage, path, scopes, onRequest, audiences, declaresRole }) {
  const [first, second] = audiences;
  const of = (api) => scopes.filter((scope) => scope.startsWith(`${api}:`)).join(', ');
  const other = second === undefined ? '' : `    - api: ${second}\n      scopes: [${of(second)}]\n`;
  const roles = declaresRole ? `  keycloak:\n    serviceAccountRoles:\n      realm: [${ROLE}]\n` : '';
  return `apiVersion: grantry/v1
kind: Client
metadata:
  name: ${name}
  owner: ${team}
  description: ${description}
  labels:
    tier: backend
    stage: ${stage}
spec:
  access:
    - api: ${first}
      scopes: [${of(first)}]
      onRequest: [${onRequest.join(', ')}]
${other}  auth: client_secret_basic
  credential:
    path: ${path}
${roles}`;
}
