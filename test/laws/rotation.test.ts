/** A rotation that is cut off at any call, in any way: the next run finishes it, and nobody was ever left without. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RotationRequest } from '../../src/engine/rotation/select-rotations.ts';
import type { HeldCredential } from '../../src/credentials/method.ts';
import { credentialIn } from '../../src/credentials/registry.ts';
import { GrantryError } from '../../src/model/errors.ts';
import type { AuthMethod, DesiredState } from '../../src/model/desired.ts';
import type { Credential } from '../../src/model/secrets/credential.ts';
import type { MemoryObject } from '../../src/providers/memory/objects.ts';
import { Secret } from '../../src/model/secrets/secret.ts';
import { isDeliveryOutdated } from '../../src/model/rotation.ts';
import type { Capabilities } from '../../src/providers/provider.ts';
import { Crash } from '../support/bench/memory-bench.ts';
import { testTarget } from '../support/bench/random-states.ts';
import { RotationBench } from '../support/bench/rotation-bench.ts';
import type { Fault, FaultKind } from '../support/bench/rotation-bench.ts';
import { secretIn } from '../support/stored-secrets.ts';

const RUNS = Number(process.env['LAW_RUNS'] ?? '300');

const PROVIDERS: Readonly<Record<string, Partial<Capabilities>>> = {
  'that keeps the previous secret': { secretOverlap: true },
  'that replaces secrets at once': {},
  'that says no time and chooses secrets itself': { secretChangeVisible: false, chosenSecret: false },
};

/** By what clients authenticate, and at which providers. */
const CASES: readonly (readonly [string, Partial<Capabilities>, AuthMethod])[] = [
  ...Object.entries(PROVIDERS).map(
    ([name, capabilities]) => [`secrets at a provider ${name}`, capabilities, 'client_secret_basic'] as const,
  ),
  ['keys', {}, { private_key_jwt: { alg: 'ES256' } }],
  [
    'keys at a provider that makes secrets itself',
    { secretChangeVisible: false, chosenSecret: false },
    { private_key_jwt: { alg: 'ES256' } },
  ],
];

const HOUR = 3600;
const DAY = 24 * HOUR;

const DESIRED: DesiredState = {
  target: testTarget(),
  apis: [],
  clients: ['one', 'two'].map((name) => ({
    name,
    clientId: name,
    owner: 'team',
    description: '',
    labels: {},
    access: [],
    auth: 'client_secret_basic',
    state: 'enabled',
    credential: { path: name, rotate: { every: 30 * DAY, overlap: 48 * HOUR } },
    settings: { kind: 'memory' },
    position: { file: 'random.yaml', line: 1, column: 1 },
  })),
  overlaps: [48 * HOUR],
};

function withAuth(auth: AuthMethod): DesiredState {
  const isKey = typeof auth !== 'string';
  const clients = DESIRED.clients.map((client) => ({ ...client, auth }));
  return { ...DESIRED, clients, overlaps: isKey ? [] : DESIRED.overlaps };
}

/** What tells the present credential from others: a secret, or the id of a key. */
function presentAt(object: MemoryObject | undefined): string | undefined {
  return object?.fields['auth'] === 'private_key_jwt' ? object.keys?.[0]?.keyId : object?.secret;
}

function idOf(credential: Credential | undefined): string | undefined {
  if (credential?.kind === 'private-key-jwt') return credential.keyId;
  return credential?.kind === 'client-secret' ? credential.secret.reveal() : undefined;
}

/** The credentials in a document. */
async function heldIn(bench: RotationBench, name: string): Promise<HeldCredential | undefined> {
  const lying = await bench.store.read(name).catch(() => undefined);
  return lying === undefined ? undefined : credentialIn(lying.document.payload);
}

/** Notes every credential that the provider ever had for a client. */
class Watched extends RotationBench {
  readonly secrets = new Map<string, string[]>();
  /** Moments at which what lies in the store was not accepted, nor what stands beside it. */
  readonly outages: string[] = [];

  constructor(capabilities: Partial<Capabilities>) {
    super(capabilities);
    this.watch(() => this.#look());
  }

  async #look(): Promise<void> {
    for (const [name, object] of this.clients()) {
      const present = presentAt(object);
      const seen = this.secrets.get(name) ?? [];
      if (present !== undefined && !seen.includes(present)) this.secrets.set(name, [...seen, present]);
      const { present: lying, next } = (await heldIn(this, name)) ?? {};
      if (![lying, next].some((each) => each !== undefined && this.accepts(name, idOf(each)))) this.outages.push(name);
    }
  }

  /** Whether a client can log in by what tells a credential from others. */
  accepts(name: string, present = ''): boolean {
    const isKey = this.clients().get(name)?.fields['auth'] === 'private_key_jwt';
    return isKey ? this.provider.acceptsKey(name, present) !== undefined : this.provider.accepts(name, present);
  }

  /** Forgets what was before. */
  async beginHere(): Promise<void> {
    this.secrets.clear();
    await this.#look();
    this.outages.length = 0;
  }

  /** How many secrets the provider had after the first. */
  rotations(name: string): number {
    return (this.secrets.get(name)?.length ?? 1) - 1;
  }
}

async function applied(capabilities: Partial<Capabilities>, desired = DESIRED): Promise<Watched> {
  const bench = new Watched(capabilities);
  bench.provider.now = 1_700_000_000;
  const { results } = await bench.apply(desired);
  expect(results.every(({ outcome }) => outcome === 'done')).toBe(true);
  bench.provider.now = 1_700_100_000;
  await bench.beginHere();
  return bench;
}

async function expectHealthy(bench: Watched, name: string, tellsTime: boolean, desired = DESIRED): Promise<void> {
  const held = await heldIn(bench, name);
  const object = bench.clients().get(name);
  expect(idOf(held?.present)).toBe(presentAt(object));
  expect(held?.next).toBeUndefined();
  const isKey = object?.fields['auth'] === 'private_key_jwt';
  const createdAt = isKey ? object.keys?.[0]?.createdAt : tellsTime ? object?.createdAt : undefined;
  expect(isDeliveryOutdated({ createdAt, delivered: object?.delivered })).toBe(false);
  expect((await bench.store.inspect(name))?.mark?.notes).not.toHaveProperty('rotation');
  expect((await bench.plan(desired)).changes).toEqual([]);
}

/** What a run that was cut off ends with. */
async function attempt(run: () => Promise<unknown>): Promise<'done' | 'cut off' | 'refused'> {
  try {
    await run();
    return 'done';
  } catch (error) {
    if (error instanceof Crash) return 'cut off';
    if (error instanceof GrantryError) return error.code === 'ROTATION_IN_OVERLAP' ? 'refused' : 'cut off';
    throw error;
  }
}

const NAMED: RotationRequest = { kind: 'named', names: ['one'], force: false, revoke: false };
const REVOKE: RotationRequest = { kind: 'named', names: ['one'], force: false, revoke: true };
const DUE: RotationRequest = { kind: 'due', stagger: false, max: undefined };
const FAULTS: readonly FaultKind[] = ['crash-before', 'crash-after', 'answer-lost', 'down'];

describe.each(CASES)('a rotation of %s', (_name, capabilities, auth) => {
  const desired = withAuth(auth);
  const tellsTime = capabilities.secretChangeVisible ?? true;

  it('rotates once, and leaves nobody without', async () => {
    const bench = await applied(capabilities, desired);
    const { results } = await bench.rotate(desired, NAMED);
    expect(results.map(({ outcome, address }) => [outcome, address])).toEqual([['done', 'Client/one']]);
    expect([bench.rotations('one'), bench.rotations('two'), bench.outages]).toEqual([1, 0, []]);
    await expectHealthy(bench, 'one', tellsTime, desired);
  });

  it('finishes what was cut off at any call', async () => {
    const whole = await applied(capabilities, desired);
    await whole.rotate(desired, NAMED);
    const calls = whole.calls;
    expect(calls).toBeGreaterThan(7);
    for (const kind of FAULTS) {
      for (let call = 0; call < calls; call += 1) {
        const bench = await applied(capabilities, desired);
        const fault: Fault = { call, kind };
        await attempt(() => bench.rotate(desired, NAMED, fault));
        bench.provider.now += call % 3;
        // All was done but to say so, or to look whether it is (the last call): then the next run is asked for another.
        const isDone = kind === 'crash-after' || kind === 'answer-lost';
        const isAllDone = call === calls - 1 || (call === calls - 2 && isDone);
        await attempt(() => bench.rotate(desired, isAllDone ? DUE : NAMED));
        expect({ fault, rotations: bench.rotations('one'), outages: bench.outages }).toEqual({
          fault,
          rotations: 1,
          outages: [],
        });
        await expectHealthy(bench, 'one', tellsTime, desired);
      }
    }
  });

  it('is finished by an apply, once the secret was issued', async () => {
    const whole = await applied(capabilities, desired);
    await whole.rotate(desired, NAMED);
    for (const kind of FAULTS) {
      for (let call = 0; call < whole.calls; call += 1) {
        const bench = await applied(capabilities, desired);
        await attempt(() => bench.rotate(desired, NAMED, { call, kind }));
        const before = bench.rotations('one');
        await bench.apply(desired);
        expect({ call, kind, rotations: bench.rotations('one') }).toEqual({ call, kind, rotations: before });
        expect((await bench.plan(desired)).changes).toEqual([]);
        expect(bench.accepts('one', idOf((await heldIn(bench, 'one'))?.present))).toBe(true);
        expect(bench.outages).toEqual([]);
      }
    }
  });

  it('revokes for good, however often it is cut off', async () => {
    const whole = await applied(capabilities, desired);
    await whole.rotate(desired, REVOKE);
    for (const kind of FAULTS) {
      for (let call = 0; call < whole.calls; call += 1) {
        const bench = await applied(capabilities, desired);
        const [first = ''] = bench.secrets.get('one') ?? [];
        await attempt(() => bench.rotate(desired, REVOKE, { call, kind }));
        await attempt(() => bench.rotate(desired, REVOKE));
        expect({ call, kind, accepted: bench.accepts('one', first) }).toEqual({ call, kind, accepted: false });
        expect(bench.clients().get('one')?.notBefore ?? 0).toBeGreaterThan(1_700_100_000);
        await expectHealthy(bench, 'one', tellsTime, desired);
      }
    }
  });

  it('converges after any number of faults, of any kind', async () => {
    const fault = fc.record({ call: fc.nat({ max: 16 }), kind: fc.constantFrom(...FAULTS), wait: fc.nat({ max: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 4 }), fc.boolean(), async (faults, revoke) => {
        const bench = await applied(capabilities, desired);
        const request = revoke ? REVOKE : NAMED;
        // One that failed at its last call may be as done as one that did not.
        let finished = 0;
        for (const { wait, ...each } of faults) {
          if ((await attempt(() => bench.rotate(desired, request, each))) === 'done') finished += 1;
          bench.provider.now += wait;
        }
        await attempt(() => bench.rotate(desired, request));
        expect(bench.outages).toEqual([]);
        // A second request for a revocation gets another.
        expect(revoke ? 0 : bench.rotations('one')).toBeLessThanOrEqual(finished + 1);
        expect(bench.rotations('two')).toBe(0);
        await expectHealthy(bench, 'one', tellsTime, desired);
      }),
      { numRuns: RUNS },
    );
  });
});

describe.each(Object.entries(PROVIDERS))('what is left of a rotation at a provider %s', (_name, capabilities) => {
  const tellsTime = capabilities.secretChangeVisible ?? true;

  /** One that was noted, and whose secret was never issued. */
  async function onlyIntended(request: RotationRequest): Promise<Watched> {
    const bench = await applied(capabilities);
    const whole = await applied(capabilities);
    await whole.rotate(DESIRED, request);
    for (let call = 0; call < whole.calls; call += 1) {
      await attempt(() => bench.rotate(DESIRED, request, { call, kind: 'crash-before' }));
      const mark = (await bench.store.inspect('one'))?.mark;
      if (mark?.notes !== undefined && bench.rotations('one') === 0) return bench;
    }
    throw new Error('no rotation was left with its intent alone');
  }

  it('is no proof that there was one: a second request gets a new secret, whatever became of the document', async () => {
    const changes: ((bench: Watched) => Promise<unknown>)[] = [
      (bench) => rewrite(bench, { contact: 'x' }),
      (bench) => rewrite(bench, { rotated_at: '2099-01-01T00:00:00.000Z' }),
      (bench) => rewrite(bench, { client_secret: 'REVOKED' }),
      (bench) => rewrite(bench, { client_secret_next: 'planted' }),
      (bench) => rewrite(bench, { client_id: '' }),
    ];
    for (const change of changes) {
      const bench = await onlyIntended(REVOKE);
      const [leaked = ''] = bench.secrets.get('one') ?? [];
      await change(bench);
      const { results } = await bench.rotate(DESIRED, REVOKE);
      expect(results.map(({ outcome }) => outcome)).toEqual(['done']);
      const now = secretIn(await bench.store.read('one')) ?? '';
      expect([bench.provider.accepts('one', leaked), bench.provider.accepts('one', now)]).toEqual([false, true]);
      expect(['REVOKED', 'planted']).not.toContain(now);
      await expectHealthy(bench, 'one', tellsTime);
    }
  });

  it('of a revocation that nobody repeated does not make a later rotation one', async () => {
    const bench = await onlyIntended(REVOKE);
    const [first = ''] = bench.secrets.get('one') ?? [];
    bench.provider.now += 31 * DAY;
    const { results } = await bench.rotate(DESIRED, DUE);
    expect(results.map(({ op, outcome }) => `${op} ${outcome}`)).toEqual(['rotate done', 'rotate done']);
    expect(bench.provider.accepts('one', first)).toBe(capabilities.secretOverlap ?? false);
  });

  it('does not have an apply replace what somebody made by hand since', async () => {
    const bench = await onlyIntended(NAMED);
    const { id = '' } = bench.clients().get('one') ?? {};
    bench.provider.regenerate(id);
    const made = bench.clients().get('one')?.secret ?? '';
    await bench.apply(DESIRED);
    expect(bench.clients().get('one')?.secret).toBe(made);
  });

  it('is finished by a second revocation, which then revokes what consumers had', async () => {
    const bench = await applied(capabilities);
    const whole = await applied(capabilities);
    await whole.rotate(DESIRED, REVOKE);
    await attempt(() => bench.rotate(DESIRED, REVOKE, { call: whole.calls - 2, kind: 'crash-before' }));
    const delivered = secretIn(await bench.store.read('one')) ?? '';
    expect(bench.provider.accepts('one', delivered)).toBe(true);
    await bench.rotate(DESIRED, REVOKE);
    expect(bench.provider.accepts('one', delivered)).toBe(false);
    await expectHealthy(bench, 'one', tellsTime);
  });
});

/** What somebody writes into the document of `one` by hand; an empty value takes a key away. */
async function rewrite(bench: Watched, keys: Readonly<Record<string, string>>): Promise<void> {
  const found = await bench.store.read('one');
  const { clientId = '', facts = {} } = found?.document ?? {};
  const data = { ...facts, client_id: clientId, client_secret: secretIn(found) ?? '', ...keys };
  const kept = Object.entries(data).filter(([, value]) => value !== '');
  bench.store.writeForeign('one', Object.fromEntries(kept));
}

describe('a provider that keeps the previous secret', () => {
  it('refuses a second rotation in the overlap, and takes the leftover away long after it', async () => {
    const bench = await applied({ secretOverlap: true });
    await bench.rotate(DESIRED, NAMED);
    await expect(bench.rotate(DESIRED, NAMED)).rejects.toMatchObject({ code: 'ROTATION_IN_OVERLAP' });
    bench.provider.now += 48 * HOUR + 30 * 60;
    expect((await bench.rotate(DESIRED, DUE)).results).toEqual([]);
    bench.provider.now += HOUR;
    expect((await bench.rotate(DESIRED, DUE)).results.map(({ op, outcome }) => [op, outcome])).toEqual([
      ['retire', 'done'],
    ]);
    expect((await bench.rotate(DESIRED, DUE)).results).toEqual([]);
  });

  it('never has two that are due wait for each other', async () => {
    const bench = await applied({ secretOverlap: true });
    bench.provider.now += 31 * DAY;
    const { results } = await bench.rotate(DESIRED, { kind: 'due', stagger: false, max: 1 });
    expect(results).toHaveLength(1);
    expect(
      (await bench.rotate(DESIRED, { kind: 'due', stagger: false, max: 1 })).results.filter(
        ({ op }) => op === 'rotate',
      ),
    ).toHaveLength(1);
    expect([bench.rotations('one'), bench.rotations('two')]).toEqual([1, 1]);
  });

  it('leaves out what is due inside an overlap, and rotates it after that', async () => {
    const bench = await applied({ secretOverlap: true });
    await bench.rotate(DESIRED, NAMED);
    const eager: DesiredState = {
      ...DESIRED,
      clients: DESIRED.clients.map((client) => ({
        ...client,
        credential: { ...client.credential, rotate: { every: 60, overlap: 48 * HOUR } },
      })),
    };
    bench.provider.now += HOUR;
    const { results } = await bench.rotate(eager, DUE);
    expect(results.map(({ address }) => address)).toEqual(['Client/two']);
    bench.provider.now += 50 * HOUR;
    expect((await bench.rotate(eager, DUE)).results.map(({ address }) => address)).toContain('Client/one');
  });
});

/** The secret before, as consumers find it in the document. */
async function previousIn({ store }: Watched): Promise<string | undefined> {
  const value = (await store.read('one'))?.document.payload['client_secret_previous'];
  return value instanceof Secret ? value.reveal() : undefined;
}

async function begun(): Promise<Watched> {
  const bench = await applied({ secretOverlap: true });
  bench.store.capabilities = { ...bench.store.capabilities, previous: 'document' };
  return bench;
}

describe('a store without versions', () => {
  it('holds the secret before in the document, wherever a rotation was cut off', async () => {
    const whole = await begun();
    await whole.rotate(DESIRED, NAMED);
    for (const kind of FAULTS) {
      for (let call = 0; call < whole.calls; call += 1) {
        const bench = await begun();
        const [first = ''] = bench.secrets.get('one') ?? [];
        await attempt(() => bench.rotate(DESIRED, NAMED, { call, kind }));
        await attempt(() => bench.rotate(DESIRED, NAMED));
        const isRotated = bench.rotations('one') === 1;
        expect({ call, kind, previous: await previousIn(bench), outages: bench.outages }).toEqual({
          call,
          kind,
          previous: isRotated ? first : undefined,
          outages: [],
        });
      }
    }
  });

  it('holds none once it was revoked, however often that was cut off', async () => {
    const whole = await begun();
    await whole.rotate(DESIRED, REVOKE);
    for (const kind of FAULTS) {
      for (let call = 0; call < whole.calls; call += 1) {
        const bench = await begun();
        await attempt(() => bench.rotate(DESIRED, REVOKE, { call, kind }));
        await attempt(() => bench.rotate(DESIRED, REVOKE));
        expect({ call, kind, previous: await previousIn(bench) }).toEqual({ call, kind, previous: undefined });
      }
    }
  });
});
