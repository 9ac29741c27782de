// Everything that is computed between the manifests and the report, with a realm that holds what they say but for one client
// in a hundred: load, check, resolve, project, compare, render. Reads the folder that is given, and asks no server.
import { renderPlan } from '../../test/support/bench/field-words.ts';
import { BACKENDS } from '../../src/cli/backends.ts';
import { loadManifests } from '../../src/manifest/load.ts';
import { resolveObjects } from '../../src/manifest/resolve/resolve.ts';
import { viewTarget } from '../../src/manifest/resolve/view-target.ts';
import type { DesiredState } from '../../src/model/desired.ts';
import type { ActualState, Fields } from '../../src/model/state.ts';
import type { Target } from '../../src/model/target.ts';
import { NO_ADOPTION } from '../../src/engine/plan/adoption.ts';
import { buildPlan } from '../../src/engine/plan/build-plan.ts';
import { planDeliveries } from '../../src/engine/plan/deliveries.ts';
import { documentOf, wantedDocuments } from '../../src/engine/survey/document-facts.ts';
import { keycloak } from '../../src/providers/keycloak/description.ts';
import { projectDesired } from '../../src/providers/keycloak/project.ts';
import { makeStyle } from '../../src/report/index.ts';

const rotate = { every: 7_776_000, overlap: 172_800 };
const endpoints = {
  issuer: 'https://sso',
  token: 'https://sso/token',
  jwks: 'https://sso/keys',
  introspection: undefined,
};

const manifests = loadManifests({
  backends: BACKENDS,
  manifests: [process.argv[2] ?? '.'],
  cwd: process.cwd(),
  today: '2026-11-30',
});
if (manifests.findings.length > 0) throw new Error(`${manifests.findings.length} findings`);
const desired = resolve();
const projected = projectDesired(desired);
const clients = new Map(desired.clients.map((client) => [`Client/${client.name}`, client]));
const documents = wantedDocuments(desired, endpoints);
const locate = (path: string): string => `secret/${path}`;
const actual: ActualState = {
  objects: projected.map(({ address, owner, fields }, index) => {
    const client = clients.get(address);
    const delivered = client && {
      at: null,
      place: locate(client.credential.path),
      path: client.credential.path,
      facts: documentOf(documents, client.name).digest,
    };
    return {
      address,
      id: String(index),
      owner,
      foreign: [],
      fields: { ...copyOf(fields), ...(index % 100 === 99 ? { description: 'changed by hand' } : {}) },
      ...(client && { credential: { clientId: client.clientId, createdAt: undefined, delivered } }),
    };
  }),
  impossible: [],
  listedClients: clients.size,
};
const existing = new Set(desired.clients.map(({ credential }) => credential.path));
const plan = buildPlan({
  desired,
  projected,
  actual,
  endpoints,
  deliveries: planDeliveries(desired, actual, documents, {
    locate,
    existing,
    differing: new Set(),
    keepsPreviousInside: false,
    unmarked: new Set(),
  }),
  provider: 'Keycloak',
  store: 'Vault',
  foreignPlaces: [],
  knownClients: undefined,
  adoption: NO_ADOPTION,
});
const report = renderPlan(plan, { format: 'text', style: makeStyle({ color: false, unicode: true }) });
process.stdout.write(`${plan.changes.length} changes, ${report.length} characters\n`);

/** What a Target would get; there is none, for nobody is asked anything. */
function resolve(): DesiredState {
  const target: Target = {
    name: 'pure',
    stack: 'bench',
    provider: { kind: keycloak.kind },
    store: { kind: 'file' },
    rotate,
    guards: { maxDeletes: 5, maxDeletePercent: 20, protect: [], maxCredentialAge: undefined },
    position: { file: 'bench', line: 1, column: 1 },
  };
  return { target, ...resolveObjects(viewTarget(undefined, manifests), { rotate }, keycloak), overlaps: [] };
}

function copyOf(fields: Fields): Fields {
  return structuredClone(fields);
}
