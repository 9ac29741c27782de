/** A golden case of a plan: manifests, and what lies at the provider and in the store before. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseAdoption } from '../../../src/engine/plan/adoption.ts';
import { planFresh } from '../../../src/engine/plan/resolve-plan.ts';
import type { OpenTarget } from '../../../src/engine/run/open-target.ts';
import { planTarget } from '../../../src/engine/run/plan-target.ts';
import type { RunContext } from '../../../src/engine/run/run-context.ts';
import { BACKENDS } from '../../../src/cli/backends.ts';
import { loadManifests } from '../../../src/manifest/load.ts';
import { mergePatch } from '../../../src/manifest/resolve/merge-patch.ts';
import { resolveTargets } from '../../../src/manifest/resolve/resolve.ts';
import { valueAt } from '../../../src/manifest/values.ts';
import type { DesiredState } from '../../../src/model/desired.ts';
import { ofKind } from '../../../src/model/values/of-kind.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { Endpoints } from '../../../src/model/state.ts';
import type { BackendSettings, Target } from '../../../src/model/target.ts';
import { projectDesired as projectForAuth0 } from '../../../src/providers/auth0/project.ts';
import { projectDesired as projectForKeycloak } from '../../../src/providers/keycloak/project.ts';
import { addressOfObject } from '../../../src/providers/memory/fields.ts';
import type { MemoryObject } from '../../../src/providers/memory/objects.ts';
import { api, client } from './declared.ts';
import { MemoryBench } from './memory-bench.ts';
import { opened } from './opened.ts';
import { carryOut } from './plan-files.ts';

const fields = z.record(z.string(), z.json());
const given = z.strictObject({
  /** When the plan is made. */
  now: z.iso.datetime().default('2026-11-30T12:00:00Z'),
  /** Folders of manifests, applied one after the other; those of another stack say which. */
  applied: z
    .array(z.strictObject({ manifests: z.string(), at: z.iso.datetime(), stack: z.string().optional() }))
    .default([]),
  /** What somebody else made at the provider: in what of its fields it differs from what grantry would make. */
  others: z.array(z.strictObject({ kind: z.enum(['Api', 'Client']), name: z.string(), fields })).default([]),
  /** What somebody changed by hand: by address, a JSON Merge Patch on the provider's fields. */
  changed: z.record(z.string(), fields).default({}),
  /** Addresses of clients that got a new secret by hand. */
  regenerated: z.array(z.string()).default([]),
  /** Addresses of what was deleted by hand at the provider. */
  deleted: z.array(z.string()).default([]),
  /** Paths of documents that are gone from the store. */
  lost: z.array(z.string()).default([]),
  /** Documents that somebody else wrote into the store, by path. */
  written: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  /** `--adopt` and `--check-store`. */
  adopt: z.array(z.string()).default([]),
  checkStore: z.boolean().default(false),
});
type Given = z.infer<typeof given>;

/** Everything that `grantry plan` would print of a case. */
export async function planOfCase(
  folder: string,
): Promise<{ readonly plan: Plan; readonly notices: readonly string[] }> {
  const file = join(folder, 'actual.yaml');
  const actual = given.parse(existsSync(file) ? parse(readFileSync(file, 'utf8')) : {});
  const desired = desiredIn(folder, 'manifests', actual.now);
  const bench = benchLike(desired.target);
  for (const { manifests, at, stack } of actual.applied) {
    await applyAt(bench, desiredIn(folder, manifests, at, stack), Date.parse(at));
  }
  for (const other of actual.others) plantOther(bench, desired, other);
  await changeByHand(bench, actual);
  const clock = { now: () => Date.parse(actual.now), sleep: async () => undefined };
  const { target } = opened(bench, desired);
  const open = async (): Promise<OpenTarget> => ({ ...target, ports: { ...target.ports, clock } });
  const { adopt, checkStore } = actual;
  const request = { part: undefined, checkStore, adoption: parseAdoption(adopt), saves: false };
  return planTarget({ desired, names: namesOf(desired.target), open }, request, CONTEXT);
}

const CONTEXT: RunContext = {
  signal: new AbortController().signal,
  monotonic: () => 0,
  identity: { who: 'somebody', host: 'here', run: undefined },
  tool: '0.0.0',
  emit: () => undefined,
};

const ENV = {
  KEYCLOAK_SECRET: 'of-grantry-at-keycloak',
  AUTH0_SECRET: 'of-grantry-at-auth0',
  VAULT_TOKEN: 'of-grantry',
};

/** The Target is the case's own (`target.yaml`), or one of all cases. */
function desiredIn(folder: string, manifests: string, at: string, stack?: string): DesiredState {
  const today = at.slice(0, 10);
  const own = join(folder, 'target.yaml');
  const targets = existsSync(own) ? own : join(dirname(folder), 'target.yaml');
  const loaded = loadManifests({ backends: BACKENDS, manifests: [manifests], targets, cwd: folder, today });
  const errors = loaded.findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  const [desired] = resolveTargets(loaded, ['*'], { env: ENV, cwd: '/', today });
  if (desired === undefined) throw new Error(`${targets} holds no Target`);
  return stack === undefined ? desired : { ...desired, target: { ...desired.target, stack } };
}

/** Servers in memory that are in the words and with the capabilities of the Target's. */
function benchLike({ provider, store }: Target): MemoryBench {
  const bench = new MemoryBench(ofKind(BACKENDS.providers, provider.kind).capabilities());
  const names = namesOf({ provider, store });
  Object.assign(bench.provider, {
    describe: () => names.provider,
    endpoints: async () => endpointsOf(provider),
    project: provider.kind === 'auth0' ? projectForAuth0 : projectForKeycloak,
  });
  const place = names.store.split(' ').at(-1);
  Object.assign(bench.store, { describe: () => names.store, locate: (path: string) => `${place}/${path}` });
  return bench;
}

function namesOf({ provider, store }: Pick<Target, 'provider' | 'store'>): { provider: string; store: string } {
  return {
    provider: ofKind(BACKENDS.providers, provider.kind).describe(provider),
    store: ofKind(BACKENDS.stores, store.kind).describe(store),
  };
}

function endpointsOf(settings: BackendSettings): Endpoints {
  const { url } = ofKind(BACKENDS.providers, settings.kind).server(settings);
  if (settings.kind === 'auth0') {
    const issuer = `${url}/`;
    return { issuer, token: `${issuer}oauth/token`, jwks: `${issuer}.well-known/jwks.json`, introspection: undefined };
  }
  const issuer = `${url}/realms/${String(valueAt(settings, ['realm']))}`;
  const openid = `${issuer}/protocol/openid-connect`;
  return { issuer, token: `${openid}/token`, jwks: `${openid}/certs`, introspection: `${openid}/token/introspect` };
}

/** As the command does it. */
async function applyAt(bench: MemoryBench, desired: DesiredState, at: number): Promise<void> {
  bench.now = at;
  bench.provider.now = Math.floor(at / 1000);
  const resolved = await planFresh(desired, bench, {});
  const { conflicts } = resolved.plan;
  if (conflicts.length > 0) throw new Error(conflicts.map(({ reason }) => reason).join('\n'));
  await carryOut(bench, resolved, String(at));
  const [undone] = (await bench.plan(desired)).changes;
  if (undone !== undefined) throw new Error(`${undone.address} could not be applied`);
}

/** No mark of grantry is on it. */
const UNMARKED = { stack: null, name: null, owner: null, overlap: null, rotateEvery: null };

/** The settings of a client that says nothing of its provider. */
function unsetSettings({ provider }: Target): BackendSettings {
  return ofKind(BACKENDS.providers, provider.kind).resolveClient(undefined);
}

function plantOther(
  { provider }: MemoryBench,
  desired: DesiredState,
  { kind, name, fields }: Given['others'][number],
): void {
  const alone =
    kind === 'Api'
      ? { apis: [api(name, [])], clients: [] }
      : { apis: [], clients: [{ ...client(name), settings: unsetSettings(desired.target) }] };
  const [made] = provider.project({ ...desired, ...alone, overlaps: [] });
  const unmarked = Object.entries(UNMARKED).filter(([key]) => made !== undefined && key in made.fields);
  provider.plant(kind, { ...made?.fields, ...Object.fromEntries(unmarked), ...fields }, name);
}

async function changeByHand({ provider, store }: MemoryBench, actual: Given): Promise<void> {
  const find = (address: string): MemoryObject => {
    const found = provider.objects.find((object) => addressOfObject(object) === address);
    if (found === undefined) throw new Error(`there is no ${address} to be changed by hand`);
    return found;
  };
  for (const [address, patch] of Object.entries(actual.changed)) {
    const object = find(address);
    object.fields = fields.parse(mergePatch(object.fields, patch));
  }
  for (const address of actual.regenerated) provider.regenerate(find(address).id);
  for (const address of actual.deleted) provider.objects.splice(provider.objects.indexOf(find(address)), 1);
  for (const path of actual.lost) await store.purge(path);
  for (const [path, data] of Object.entries(actual.written)) store.writeForeign(path, data);
}
