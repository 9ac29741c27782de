import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import type { Fetch } from '../../../platform/fetch.ts';
import { openKeycloak } from '../index.ts';
import { named, projectOverlap, rotationFields } from './rotation.ts';
import type { Named } from './rotation.ts';

const lists = z.object({ profiles: z.array(named), policies: z.array(named) }).partial();
const texts = z.array(z.string());

type Lists = { profiles: Named[]; policies: Named[] };

const of = (stack: string, hours: number): { readonly profile: Named; readonly policy: Named } =>
  rotationFields.parse(projectOverlap(hours * 3600, stack).fields);
const OURS = of('acme', 48);
const THEIRS = of('theirs', 24);
const STRICT = { profile: { name: 'strict', executors: [] }, policy: { name: 'strict clients', profiles: ['strict'] } };

/** A realm that takes its two lists whole, as Keycloak does; `meddle` is somebody who writes right after a list was written. */
class Realm {
  lists: Lists;
  meddle: (lists: Lists, kind: keyof Lists, writes: number) => void = () => undefined;
  writes = 0;
  /** Of these, the ones that somebody sent who did not hold the lock. */
  unlocked = 0;
  onRead = (): void => undefined;
  #role: unknown;

  constructor(...items: readonly { readonly profile?: Named; readonly policy?: Named }[]) {
    this.lists = {
      profiles: items.flatMap(({ profile }) => profile ?? []),
      policies: items.flatMap(({ policy }) => policy ?? []),
    };
  }

  names(): string[][] {
    return [this.lists.profiles, this.lists.policies].map((list) => list.map(({ name }) => name));
  }

  async change(op: 'create' | 'delete'): Promise<string> {
    const answer: Fetch = async (url, init) => this.#answer(new URL(url).pathname, init);
    const provider = openKeycloak(keycloakSettings(), portsOver(answer), { tokens: givenTokens() });
    const base = { address: 'Rotation/48h', owner: '', reason: '', dependsOn: [], notes: {} } as const;
    const { fields } = projectOverlap(48 * 3600, 'acme');
    try {
      await provider.changeOverlap(
        op === 'create' ? { ...base, op, after: fields } : { ...base, op, id: OURS.profile.name, before: fields },
      );
      return 'done';
    } catch (error) {
      return error instanceof Error ? error.message : 'no error';
    }
  }

  async #answer(path: string, { method = 'GET', body }: RequestInit = {}): Promise<Response> {
    const json = (await new Response(body).text()) || '{}';
    if (path.includes('/roles')) return this.#lock(method, JSON.parse(json));
    const kind = path.endsWith('/profiles') ? 'profiles' : 'policies';
    if (method === 'GET') {
      this.onRead();
      return Response.json({ [kind]: this.lists[kind] });
    }
    const list = lists.parse(JSON.parse(json))[kind] ?? [];
    const known = new Set(this.lists.profiles.map(({ name }) => name));
    const gap =
      kind === 'policies'
        ? list.find(({ profiles }) => !texts.parse(profiles).every((name) => known.has(name)))
        : undefined;
    if (gap !== undefined)
      return Response.json({ errorMessage: `Policy ${gap.name} contains invalid profile` }, { status: 400 });
    this.lists[kind] = list;
    this.writes += 1;
    if (this.#role === undefined) this.unlocked += 1;
    this.meddle(this.lists, kind, this.writes);
    return new Response(null, { status: 204 });
  }

  #lock(method: string, role: object): Response {
    if (method === 'POST') this.#role = { ...role, id: 'lock' };
    if (method === 'DELETE') this.#role = undefined;
    return method === 'GET'
      ? Response.json(this.#role)
      : new Response(null, { status: method === 'POST' ? 201 : 204, headers: { location: 'http://x/roles/lock' } });
  }
}

afterEach(() => void vi.restoreAllMocks());

describe('OverlapWriter', () => {
  it('adds to what is there, and takes away no more than its own', async () => {
    const realm = new Realm(STRICT, THEIRS);
    expect(await realm.change('create')).toBe('done');
    expect(realm.names()).toEqual([
      ['strict', 'grantry theirs 24h', 'grantry acme 48h'],
      ['strict clients', 'grantry theirs 24h', 'grantry acme 48h'],
    ]);
    expect(await realm.change('delete')).toBe('done');
    expect(realm.lists).toEqual(new Realm(STRICT, THEIRS).lists);
  });

  it('writes while it holds the lock of the realm, and not a moment longer', async () => {
    const realm = new Realm();
    await realm.change('create');
    await realm.change('delete');
    expect([realm.writes, realm.unlocked]).toEqual([4, 0]);
    let isLate = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + isLate);
    realm.onRead = () => {
      isLate = 31_000;
    };
    expect(await realm.change('create')).toContain('too slow');
    expect(realm.writes).toBe(4);
  });

  it('writes nothing where all is as it should be', async () => {
    const realm = new Realm(OURS);
    expect([await realm.change('create'), realm.writes]).toEqual(['done', 0]);
  });

  it.each(['create', 'delete'] as const)('completes what dangles of another stack, to %s', async (op) => {
    const realm = new Realm({ policy: THEIRS.policy }, ...(op === 'create' ? [] : [OURS]));
    expect(await realm.change(op)).toBe('done');
    expect(realm.lists.profiles).toContainEqual(THEIRS.profile);
    expect(realm.names().map((names) => names.includes('grantry acme 48h'))).toEqual([
      op === 'create',
      op === 'create',
    ]);
  });

  it.each(['profiles', 'policies'] as const)('writes its own again where it is gone from the %s', async (kind) => {
    const realm = new Realm(STRICT);
    realm.meddle = (lists, written, writes) => {
      if (written === kind && writes <= 2)
        lists[kind] = lists[kind].filter(({ name }) => !name.startsWith('grantry acme'));
    };
    expect(await realm.change('create')).toBe('done');
    expect(realm.names().every((names) => names.includes('grantry acme 48h'))).toBe(true);
  });

  it('gives up where that is gone each time', async () => {
    const realm = new Realm();
    realm.meddle = (lists, kind) => (lists[kind] = []);
    expect(await realm.change('create')).toContain('gone at once');
  });

  it.each(['profiles', 'policies'] as const)('reports what of others vanished from the %s', async (kind) => {
    const realm = new Realm(THEIRS);
    realm.lists.profiles.push(STRICT.profile);
    realm.lists.policies.push({ ...STRICT.policy, profiles: [] });
    realm.meddle = (lists, written) => {
      if (written === kind) lists[kind] = lists[kind].filter(({ name }) => !name.startsWith('strict'));
    };
    const said = await realm.change('create');
    expect(said).toContain('vanished');
    expect(said).toContain('strict');
  });

  it('reports which policies of others name a profile that is not there, and changes no policy', async () => {
    const realm = new Realm({ policy: STRICT.policy });
    expect(await realm.change('create')).toContain('"strict clients"');
    expect(realm.names()[1]).toEqual(['strict clients']);
  });

  it('reports which policies of others lost their profile while it wrote', async () => {
    const realm = new Realm(STRICT);
    realm.meddle = (found, written) => {
      if (written === 'policies') found.profiles = found.profiles.filter(({ name }) => name !== 'strict');
    };
    expect(await realm.change('create')).toContain('"strict clients"');
  });

  it('leaves a profile that policies of others go by', async () => {
    const realm = new Realm(OURS, { policy: { ...STRICT.policy, profiles: ['grantry acme 48h'] } });
    expect(await realm.change('delete')).toContain('"strict clients"');
    expect(realm.names()[0]).toEqual(['grantry acme 48h']);
  });
});
