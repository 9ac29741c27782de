/** A plan file is no secret and nobody's word: whatever is edited in it, apply does what was reviewed, or nothing. */
import { describe, expect, it } from 'vitest';
import type { DesiredState } from '../model/desired.ts';
import { GrantryError } from '../model/errors.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Change } from '../model/plan.ts';
import type { SavedPlan } from '../model/saved-plan.ts';
import { NO_ADOPTION, parseAdoption } from '../plan/adoption.ts';
import type { Adoption } from '../plan/adoption.ts';
import { digestOf } from '../plan/fingerprint.ts';
import { readSavedPlan } from '../plan/read-plan.ts';
import { applyIdOf, savePlan } from '../plan/save-plan.ts';
import { MemoryBench } from '../../test/support/memory-bench.ts';
import { api, client, state } from '../../test/support/declared.ts';
import { noteApply, noteClients, readLastApply } from './ledger.ts';
import { settleFresh, settleSaved } from './settle-plan.ts';
import type { SettledPlan } from './settle-plan.ts';

const STOCK = api('stock', ['stock:read', 'stock:write']);
const ELDER = parseAdoption(['Client/elder']);

const BEFORE = state(
  [STOCK],
  [
    client('orders', { stock: ['stock:read'] }),
    client('audit', { stock: ['stock:read'] }),
    client('moving'),
    client('stays'),
  ],
);

/** Something of each kind: what is to be updated, moved, created, taken over and deleted. */
const AFTER = state(
  [api('stock', ['stock:read', 'stock:write', 'stock:admin']), api('mail', ['mail:send'])],
  [
    client('orders', { stock: ['stock:read', 'stock:write'] }),
    client('moving', {}, { secret: { path: 'team/moving', rotate: { every: 100, overlap: 10 } } }),
    client('stays'),
    client('sender', { mail: ['mail:send'] }),
    client('elder'),
  ],
);

async function begin(first: DesiredState = BEFORE): Promise<MemoryBench> {
  const bench = new MemoryBench();
  await apply(bench, first, 'the first');
  bench.provider.plant('Client', { clientId: 'elder', redirectUris: ['https://elder.test'] });
  return bench;
}

/** As the command does it: with its note in the ledger. */
async function apply(bench: MemoryBench, desired: DesiredState, id: string, adoption = ELDER): Promise<void> {
  await carryOut(bench, await settleFresh(desired, bench, { adoption }), id);
}

async function carryOut(bench: MemoryBench, { plan, input }: SettledPlan, id: string): Promise<void> {
  await noteApply(bench.store, plan.stack, id);
  await noteClients(bench.store, plan, await bench.carryOut(plan), input);
}

async function save(bench: MemoryBench, desired: DesiredState, adoption = ELDER): Promise<SavedPlan> {
  const lastApply = await readLastApply(bench.store, desired.target.stack);
  const { plan, input } = await settleFresh(desired, bench, { adoption });
  const saved = savePlan(plan, input, { tool: '0.0.0', createdAt: '2026-01-01T00:00:00.000Z', lastApply });
  return readSavedPlan(JSON.stringify(saved), 'plan.json');
}

function withoutManifests(desired: DesiredState): DesiredState {
  return { ...desired, apis: [], clients: [], overlaps: [] };
}

/** What apply would do with a file: `refused`, with the code or what is in the way, or the changes. */
async function outcomeOf(
  bench: MemoryBench,
  file: unknown,
  desired: DesiredState,
  adoption: Adoption = ELDER,
): Promise<readonly Change[] | { readonly refused: unknown }> {
  try {
    const { plan } = await settleSaved(readSavedPlan(JSON.stringify(file), 'plan.json'), desired, bench, adoption);
    const obstacles = [...plan.conflicts.map(({ reason }) => reason), ...plan.guards.map(({ guard }) => guard)];
    return obstacles.length > 0 ? { refused: obstacles } : plan.changes;
  } catch (error) {
    if (error instanceof GrantryError) return { refused: error.code };
    throw error;
  }
}

type Path = readonly (string | number)[];

function leavesOf(value: Json, path: Path = []): { path: Path; value: Json }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  const entries: [string | number, Json][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

function edited(value: Json, [key, ...rest]: Path, replacement: Json): Json {
  if (key === undefined) return replacement;
  const copy = structuredClone(value) as Record<string, Json>;
  copy[key] = edited(copy[key] ?? null, rest, replacement);
  return copy;
}

const OTHERS: readonly string[] = ['Client/stays', 'moving', 'delete', 'id-5'];

function replacementsOf(value: Json): Json[] {
  if (typeof value === 'string') return [`${value}x`, '', ...OTHERS.filter((other) => other !== value)];
  if (typeof value === 'number') return [value + 1, 0];
  return typeof value === 'boolean' ? [!value] : ['x', 1];
}

/** The digest is no secret. */
function withRightDigest(file: JsonObject): JsonObject {
  return { ...file, desiredDigest: digestOf(file['desired'] ?? null) };
}

function plain(saved: SavedPlan): JsonObject {
  return JSON.parse(JSON.stringify(saved)) as JsonObject;
}

describe('settleSaved: a plan file in which something was edited', () => {
  it('has something of each kind', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    expect(saved.changes.map(({ op, address }) => `${op} ${address}`)).toEqual([
      'delete Client/audit',
      'create Api/mail',
      'update Api/stock',
      'adopt Client/elder',
      'deliver Client/moving',
      'update Client/orders',
      'create Client/sender',
    ]);
    expect(await outcomeOf(bench, saved, AFTER)).toHaveLength(7);
  });

  it.each([
    ['with manifests', AFTER, ''],
    ['without manifests, where only what it says of them is trusted', withoutManifests(AFTER), 'desired'],
  ])('does the same or is refused, whichever value it is: %s', async (_, desired, trusted) => {
    const bench = await begin();
    const saved = plain(await save(bench, AFTER));
    const meant = await outcomeOf(bench, saved, desired);
    const different: string[] = [];
    for (const { path, value } of leavesOf(saved).filter((leaf) => leaf.path[0] !== trusted)) {
      for (const replacement of replacementsOf(value)) {
        const outcome = await outcomeOf(
          bench,
          withRightDigest(edited(saved, path, replacement) as JsonObject),
          desired,
        );
        const isSame = JSON.stringify(outcome) === JSON.stringify(meant);
        if (!('refused' in outcome) && !isSame) different.push(`${path.join('.')} = ${JSON.stringify(replacement)}`);
      }
    }
    expect(different).toEqual([]);
  });

  it('does a part of it where changes were taken out', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const meant = await outcomeOf(bench, saved, AFTER);
    for (const { address } of saved.changes) {
      const rest = { ...plain(saved), changes: saved.changes.filter((change) => change.address !== address) };
      const outcome = await outcomeOf(bench, rest, withoutManifests(AFTER));
      if ('refused' in outcome) continue;
      const known = new Set(
        'refused' in meant ? [] : meant.map((change) => JSON.stringify({ ...change, dependsOn: [] })),
      );
      for (const change of outcome) expect(known).toContain(JSON.stringify({ ...change, dependsOn: [] }));
    }
  });

  it('is none where a change stands in it twice', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const twice = { ...saved, changes: [...saved.changes, saved.changes[0]] };
    expect(await outcomeOf(bench, twice, AFTER)).toEqual({ refused: 'INVALID_INPUT' });
  });
});

describe('settleSaved: adoption', () => {
  it.each([
    ['with manifests', AFTER],
    ['without manifests', withoutManifests(AFTER)],
  ])('is asked for again by whoever applies, %s', async (_, desired) => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const refused = await outcomeOf(bench, saved, desired, NO_ADOPTION);
    expect(refused).toEqual({ refused: [expect.stringContaining('client elder exists already')] });
  });

  it('is not what a conflict becomes in the file, though the command line allows it for others', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER, NO_ADOPTION);
    expect(saved.conflicts).toHaveLength(1);
    for (const adoption of [NO_ADOPTION, parseAdoption(['Client/orders'])]) {
      const forged = {
        ...saved,
        conflicts: [],
        changes: saved.changes.map((change) =>
          change.address === 'Client/elder' ? { ...change, op: 'adopt', from: [null] } : change,
        ),
      };
      expect(await outcomeOf(bench, forged, AFTER, adoption)).toHaveProperty('refused');
    }
    // Nor does an update become one where the flag allows both.
    expect(await outcomeOf(bench, { ...saved, conflicts: [] }, AFTER, ELDER)).toHaveProperty('refused');
  });

  it('is from the stack that was reviewed only', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const object = bench.provider.objects.find(({ fields }) => fields['clientId'] === 'elder');
    if (object !== undefined) object.fields = { ...object.fields, stack: 'theirs' };
    const refused = await outcomeOf(bench, saved, AFTER, parseAdoption(['Client/elder', 'Client/elder@theirs']));
    expect(refused).toHaveProperty('refused');
  });
});

describe('settleSaved: conflicts and guards', () => {
  const GUARDED = { maxDeletes: 1 };
  const guarded = state(
    AFTER.apis,
    AFTER.clients.filter(({ name }) => name !== 'stays'),
    GUARDED,
  );

  it.each([
    ['with manifests', guarded],
    ['without manifests', withoutManifests(guarded)],
  ])('a guard whose line was taken out of the file is judged again, %s', async (_, desired) => {
    const bench = await begin();
    const saved = await save(bench, guarded);
    expect(saved.guards).toMatchObject([{ guard: 'maxDeletes' }]);
    expect(await outcomeOf(bench, { ...saved, guards: [] }, desired)).toEqual({ refused: ['maxDeletes'] });
  });

  it.each([
    ['protect', { protect: ['aud*'] }],
    ['maxDeletes', { maxDeletes: 0 }],
    ['maxDeletePercent', { maxDeletePercent: 5 }],
  ])('%s counts as the Target has it now', async (guard, guards) => {
    const many = Array.from({ length: 10 }, (_, index) => client(`many-${index}`));
    const bench = await begin({ ...BEFORE, clients: [...BEFORE.clients, ...many] });
    const after = state(AFTER.apis, [...AFTER.clients, ...many]);
    const saved = await save(bench, after);
    const now = { ...after, target: { ...after.target, guards: { ...after.target.guards, ...guards } } };
    for (const desired of [now, withoutManifests(now)]) {
      expect(await outcomeOf(bench, saved, desired)).toEqual({ refused: [guard] });
    }
  });

  it('a guard that was broken when it was reviewed stays broken, though the Target allows more now', async () => {
    const bench = await begin();
    const saved = await save(bench, guarded);
    const desired = state(guarded.apis, guarded.clients, { maxDeletes: 9 });
    expect(await outcomeOf(bench, saved, desired)).toEqual({ refused: ['maxDeletes'] });
  });

  /** As a provider reads that is asked for a few clients. */
  function readParts(bench: MemoryBench): void {
    const { read } = bench.provider;
    bench.provider.read = async (desired, options) => {
      const state = await read.call(bench.provider, desired, options);
      const only = options?.only?.addresses;
      return { ...state, objects: state.objects.filter(({ address }) => only === undefined || only.has(address)) };
    };
  }

  it('shares are those of the whole stack, as the ledger counts it', async () => {
    const many = (description: string, count: number): ReturnType<typeof client>[] =>
      Array.from({ length: count }, (_, index) => client(`many-${index}`, {}, { description }));
    const bench = await begin(state([], [...many('one', 10), ...many('one', 20).slice(10)]));
    // Of twenty clients four go, and all that the plan touches are ten.
    const after = state([], [...many('two', 6), ...many('one', 16).slice(6)], { maxDeletePercent: 20 });
    const saved = await save(bench, after);
    readParts(bench);
    expect(await outcomeOf(bench, saved, after)).toHaveLength(10);
    const stricter = state(after.apis, after.clients, { maxDeletePercent: 19 });
    expect(await outcomeOf(bench, saved, stricter)).toEqual({ refused: ['maxDeletePercent'] });
  });

  it('that the part is empty does not mean that all of the stack vanished', async () => {
    const bench = await begin(BEFORE);
    const after = state(BEFORE.apis, [...BEFORE.clients, client('more')]);
    const saved = await save(bench, after);
    readParts(bench);
    expect(await outcomeOf(bench, saved, after)).toHaveLength(1);
  });

  it('a conflict that was taken out of the file is found again', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER, NO_ADOPTION);
    expect(await outcomeOf(bench, { ...saved, conflicts: [] }, AFTER, NO_ADOPTION)).toEqual({
      refused: [expect.stringContaining('client elder exists already')],
    });
  });

  it('a conflict that was reviewed stays in the way, though nothing is seen of it now', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const conflict = { address: 'Client/orders', reason: 'others use it', hint: 'Ask them.' };
    expect(await outcomeOf(bench, { ...saved, conflicts: [conflict] }, AFTER)).toEqual({ refused: ['others use it'] });
  });
});

describe('settleSaved without manifests: a plan that widens access and was taken back', () => {
  const WIDER = state([STOCK], [client('orders', { stock: ['stock:read', 'stock:write'] })]);
  const NARROW = state([STOCK], [client('orders', { stock: ['stock:read'] })]);

  async function applied(): Promise<{ bench: MemoryBench; saved: SavedPlan }> {
    const bench = await begin(NARROW);
    const saved = await save(bench, WIDER);
    await carryOut(bench, await settleSaved(saved, withoutManifests(WIDER), bench), applyIdOf(saved));
    return { bench, saved };
  }

  it('does not apply again', async () => {
    const { bench, saved } = await applied();
    await apply(bench, NARROW, 'back');
    await expect(settleSaved(saved, withoutManifests(NARROW), bench)).rejects.toMatchObject({
      code: 'STALE_PLAN',
      message: expect.stringContaining('something else was applied to the stack acme since the plan was made'),
    });
  });

  it('is finished where its own apply was cut off', async () => {
    const bench = await begin(NARROW);
    const saved = await save(bench, WIDER);
    await noteApply(bench.store, 'acme', applyIdOf(saved));
    const { plan } = await settleSaved(saved, withoutManifests(WIDER), bench);
    expect(plan.changes).toHaveLength(1);
  });

  it('is done, not stale, where all of it is there', async () => {
    const { bench, saved } = await applied();
    await noteApply(bench.store, 'acme', 'something else');
    expect(await settleSaved(saved, withoutManifests(WIDER), bench)).toMatchObject({
      plan: { changes: [] },
      done: ['Client/orders'],
    });
  });
});

describe('settleSaved: what moved since', () => {
  it.each(['target', 'stack', 'provider', 'store'])('another %s is refused', async (key) => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    await expect(settleSaved({ ...saved, [key]: 'another' }, AFTER, bench, ELDER)).rejects.toMatchObject({
      code: 'STALE_PLAN',
      message: expect.stringContaining(`the plan is for the ${key} another, not for`),
    });
  });

  it('manifests that differ are refused, with the address', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const clients = AFTER.clients.map((one) => (one.name === 'orders' ? { ...one, description: 'Another' } : one));
    await expect(settleSaved(saved, { ...AFTER, clients }, bench, ELDER)).rejects.toMatchObject({
      code: 'STALE_PLAN',
      message: expect.stringContaining('the manifests say something else'),
      hint: expect.stringContaining('Client/orders'),
    });
  });

  it('another value in the very field that was to be changed is refused', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const orders = bench.provider.objects.find(({ fields }) => fields['clientId'] === 'orders');
    const before = orders?.fields['access'];
    const access = { stock: { scopes: ['stock:write'], onRequest: [] } };
    if (orders !== undefined) orders.fields = { ...orders.fields, access };
    expect(before).not.toEqual(access);
    expect(await outcomeOf(bench, saved, AFTER)).toEqual({ refused: 'STALE_PLAN' });
  });

  it.each([
    ['with manifests', AFTER],
    ['without manifests', withoutManifests(AFTER)],
  ])('documents that would say something else are refused, %s', async (_, desired) => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const endpoints = await bench.provider.endpoints();
    bench.provider.endpoints = async () => ({ ...endpoints, token: 'https://elsewhere.test/token' });
    expect(await outcomeOf(bench, saved, desired)).toEqual({ refused: 'STALE_PLAN' });
  });

  it('a place that is not the one that was reviewed is refused, though the file says that the manifests meant it', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    for (const name of ['moving', 'sender']) {
      const clients = saved.desired.clients.map((one) =>
        one.name === name ? { ...one, secret: { ...one.secret, path: 'of/others' } } : one,
      );
      const forged = withRightDigest({
        ...plain(saved),
        desired: { ...(plain(saved)['desired'] as object), clients } as never,
      });
      expect(await outcomeOf(bench, forged, withoutManifests(AFTER))).toEqual({ refused: 'STALE_PLAN' });
    }
  });

  it('a secret that was changed since is refused, of what an apply that was cut off left to do', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const { plan } = await settleSaved(saved, AFTER, bench, ELDER);
    await bench.carryOut({ ...plan, changes: plan.changes.filter(({ address }) => address.startsWith('Api/')) });
    const moving = bench.provider.objects.find(({ fields }) => fields['clientId'] === 'moving');
    if (moving !== undefined) moving.createdAt = (moving.createdAt ?? 0) + 1;
    expect(await outcomeOf(bench, saved, AFTER)).toEqual({ refused: 'STALE_PLAN' });
  });

  it('what was to be deleted and is another one by now is refused', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const audit = bench.provider.objects.find(({ fields }) => fields['clientId'] === 'audit');
    for (const change of [{ stack: 'theirs' }, { stack: null }, { name: 'auditor', clientId: 'auditor' }]) {
      const before = audit?.fields ?? {};
      if (audit !== undefined) audit.fields = { ...before, ...change };
      expect(await outcomeOf(bench, saved, AFTER)).toEqual({ refused: 'STALE_PLAN' });
      if (audit !== undefined) audit.fields = before;
    }
    const gone = bench.provider.objects.findIndex((object) => object === audit);
    bench.provider.objects.splice(gone, 1);
    expect(await outcomeOf(bench, saved, AFTER)).toHaveLength(6);
  });
});
