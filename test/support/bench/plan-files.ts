/** Plan files in memory: made, kept, edited, and held against what is there. */
import { noteApply, noteClients, readLastApply } from '../../../src/engine/ledger/ledger.ts';
import { planFresh, planSaved } from '../../../src/engine/plan/resolve-plan.ts';
import type { ResolvedPlan } from '../../../src/engine/plan/resolve-plan.ts';
import type { DesiredState } from '../../../src/model/desired.ts';
import { GrantryError } from '../../../src/model/errors.ts';
import { isJsonList } from '../../../src/model/values/json.ts';
import type { Json, JsonObject } from '../../../src/model/values/json.ts';
import type { Change } from '../../../src/model/plan.ts';
import type { SavedPlan } from '../../../src/model/saved-plan.ts';
import { parseAdoption } from '../../../src/engine/plan/adoption.ts';
import type { Adoption } from '../../../src/engine/plan/adoption.ts';
import { digestOf } from '../../../src/engine/plan/saved/fingerprint.ts';
import { readSavedPlan } from '../../../src/engine/plan/saved/read-plan.ts';
import { savePlan } from '../../../src/engine/plan/saved/save-plan.ts';
import { api, client, state } from './declared.ts';
import { MemoryBench } from './memory-bench.ts';

export const STOCK = api('stock', ['stock:read', 'stock:write']);
export const ELDER = parseAdoption(['Client/elder']);

export const BEFORE = state(
  [STOCK],
  [
    client('orders', { stock: ['stock:read'] }),
    client('audit', { stock: ['stock:read'] }),
    client('moving'),
    client('stays'),
  ],
);

/** Something of each kind: what is to be updated, moved, created, taken over and deleted. */
export const AFTER = state(
  [api('stock', ['stock:read', 'stock:write', 'stock:admin']), api('mail', ['mail:send'])],
  [
    client('orders', { stock: ['stock:read', 'stock:write'] }),
    client('moving', {}, { credential: { path: 'team/moving', rotate: { every: 100, overlap: 10 } } }),
    client('stays'),
    client('sender', { mail: ['mail:send'] }),
    client('elder'),
  ],
);

export async function begin(first: DesiredState = BEFORE): Promise<MemoryBench> {
  const bench = new MemoryBench();
  await apply(bench, first, 'the first');
  bench.provider.plant('Client', { clientId: 'elder', redirectUris: ['https://elder.test'] });
  return bench;
}

/** As the command does it: with its note in the ledger. */
export async function apply(bench: MemoryBench, desired: DesiredState, id: string, adoption = ELDER): Promise<void> {
  await carryOut(bench, await planFresh(desired, bench, { adoption }), id);
}

export async function carryOut(bench: MemoryBench, { plan, input }: ResolvedPlan, id: string): Promise<void> {
  await noteApply(bench.store, plan.stack, id);
  await noteClients(bench.store, plan, await bench.carryOut(plan), input);
}

export async function save(bench: MemoryBench, desired: DesiredState, adoption = ELDER): Promise<SavedPlan> {
  const lastApply = await readLastApply(bench.store, desired.target.stack);
  const { plan, input } = await planFresh(desired, bench, { adoption });
  const saved = savePlan(plan, input, { tool: '0.0.0', createdAt: '2026-01-01T00:00:00.000Z', lastApply });
  return readSavedPlan(JSON.stringify(saved), 'plan.json');
}

export function withoutManifests(desired: DesiredState): DesiredState {
  return { ...desired, apis: [], clients: [], overlaps: [] };
}

/** What apply would do with a file: `refused`, with the code or what is in the way, or the changes. */
export async function outcomeOf(
  bench: MemoryBench,
  file: unknown,
  desired: DesiredState,
  adoption: Adoption = ELDER,
): Promise<readonly Change[] | { readonly refused: unknown }> {
  try {
    const { plan } = await planSaved(readSavedPlan(JSON.stringify(file), 'plan.json'), desired, bench, adoption);
    const obstacles = [...plan.conflicts.map(({ reason }) => reason), ...plan.guards.map(({ guard }) => guard)];
    return obstacles.length > 0 ? { refused: obstacles } : plan.changes;
  } catch (error) {
    if (error instanceof GrantryError) return { refused: error.code };
    throw error;
  }
}

/** As a provider reads that is asked for a few clients. */
export function readParts(bench: MemoryBench): void {
  const read = bench.provider.read.bind(bench.provider);
  bench.provider.read = async (desired, options) => {
    const state = await read(desired, options);
    const only = options?.only?.addresses;
    return { ...state, objects: state.objects.filter(({ address }) => only === undefined || only.has(address)) };
  };
}

export function many(description: string, count: number): ReturnType<typeof client>[] {
  return Array.from({ length: count }, (_, index) => client(`many-${index}`, {}, { description }));
}

export type Path = readonly (string | number)[];

export function leavesOf(value: Json, path: Path = []): { path: Path; value: Json }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  const entries: [string | number, Json][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

export function edited(value: Json, [key, ...rest]: Path, replacement: Json): Json {
  if (key === undefined) return replacement;
  if (typeof value !== 'object' || value === null) throw new TypeError(`there is nothing at ${key}`);
  if (isJsonList(value)) return value.map((inner, at) => (at === key ? edited(inner, rest, replacement) : inner));
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([at, inner]) => [at, at === key ? edited(inner, rest, replacement) : inner]));
}

const OTHERS: readonly string[] = ['Client/stays', 'moving', 'delete', 'id-5'];

export function replacementsOf(value: Json): Json[] {
  if (typeof value === 'string') return [`${value}x`, '', ...OTHERS.filter((other) => other !== value)];
  if (typeof value === 'number') return [value + 1, 0];
  return typeof value === 'boolean' ? [!value] : ['x', 1];
}

/** The digest is no secret. */
export function withRightDigest(file: Json): JsonObject {
  if (typeof file !== 'object' || file === null || isJsonList(file)) throw new TypeError('it is no file');
  return { ...file, desiredDigest: digestOf(file['desired'] ?? null) };
}

export function plain(saved: SavedPlan): JsonObject {
  const file: JsonObject = JSON.parse(JSON.stringify(saved));
  return file;
}
