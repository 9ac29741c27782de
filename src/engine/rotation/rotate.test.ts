/** Rotations that a run before left half-done, and what the next one makes of them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { client, state } from '../../../test/support/bench/declared.ts';
import { RotationBench } from '../../../test/support/bench/rotation-bench.ts';
import { portsOver } from '../../../test/support/servers/ports-over.ts';
import { secretIn } from '../../../test/support/stored-secrets.ts';
import { rotationFinisher, rotationSubjects } from './rotation-subjects.ts';
import type { RotationRequest } from './select-rotations.ts';
import { surveyRotations } from './survey-rotations.ts';

const declared = (overlap: number) => ({
  ...state([], [client('orders', {}, { credential: { path: 'orders', rotate: { every: 10_000, overlap } } })]),
  overlaps: overlap === 0 ? [] : [overlap],
});
const DECLARED = declared(0);
const ROTATE: RotationRequest = { kind: 'named', names: ['orders'], force: true, revoke: false };
const REVOKE: RotationRequest = { ...ROTATE, revoke: true };

const secretOf = (bench: RotationBench): string => bench.clients().get('orders')?.secret ?? '';

async function inSync(): Promise<RotationBench> {
  const bench = new RotationBench();
  await bench.apply(DECLARED);
  // Long after that.
  bench.provider.now = 1_800_000_000;
  return bench;
}

/** A rotation that was cut off after its secret was issued, and before that was delivered. */
async function cutOff(request: RotationRequest): Promise<{ readonly bench: RotationBench; readonly first: string }> {
  for (let call = 0; call < 20; call += 1) {
    const bench = await inSync();
    const first = secretOf(bench);
    await bench.rotate(DECLARED, request, { call, kind: 'crash-after' }).catch(() => undefined);
    const stored = secretIn(await bench.store.read('orders'));
    if (secretOf(bench) !== first && stored === first) return { bench, first };
  }
  throw new Error('no secret was issued');
}

describe('rotateClient: a secret that was issued and not delivered', () => {
  it.each([
    ['a revocation', REVOKE, 'a revocation', REVOKE],
    ['a revocation', REVOKE, 'a rotation', ROTATE],
    ['a rotation', ROTATE, 'a rotation', ROTATE],
  ])('of %s is the one that the next run delivers: %s', async (_, begun, _next, next) => {
    const { bench, first } = await cutOff(begun);
    const issued = secretOf(bench);
    const { results } = await bench.rotate(DECLARED, next);
    expect(results).toMatchObject([{ outcome: 'finished' }]);
    expect([secretOf(bench), secretIn(await bench.store.read('orders'))]).toEqual([issued, issued]);
    expect(bench.provider.accepts('orders', first)).toBe(false);
  });

  it('of a rotation is replaced by a revocation: consumers may have had it', async () => {
    const { bench } = await cutOff(ROTATE);
    const issued = secretOf(bench);
    await bench.rotate(DECLARED, REVOKE);
    expect(secretOf(bench)).not.toBe(issued);
    expect(secretIn(await bench.store.read('orders'))).toBe(secretOf(bench));
  });
});

it('rotateClient: waits for the next second only where the secret was made in this one', async () => {
  const bench = await inSync();
  const before = bench.provider.now;
  await bench.rotate(DECLARED, ROTATE);
  expect(bench.provider.now).toBe(before);
  await bench.rotate(DECLARED, ROTATE);
  expect(bench.provider.now).toBeGreaterThan(before);
});

it('rotateClient: the document of a revocation names no overlap, as the previous secret is refused', async () => {
  const desired = declared(3600);
  const overlapUntil = async (request: RotationRequest): Promise<unknown> => {
    const bench = new RotationBench({ secretOverlap: true });
    await bench.apply(desired);
    bench.provider.now += 1000;
    expect((await bench.rotate(desired, request)).results).toMatchObject([{ outcome: 'done' }]);
    return (await bench.store.read('orders'))?.document.facts['overlap_until'];
  };
  expect(await overlapUntil(ROTATE)).toMatch(/Z$/);
  expect(await overlapUntil(REVOKE)).toBeUndefined();
});

async function halfDone(bench: RotationBench): Promise<string[]> {
  return [...(await surveyRotations(DECLARED, bench)).halfDone];
}

describe('surveyRotations: half-done', () => {
  it('is what was cut off', async () => {
    expect(await halfDone((await cutOff(ROTATE)).bench)).toEqual(['orders']);
  });

  it('is no secret that somebody made by hand', async () => {
    const bench = await inSync();
    bench.provider.regenerate(bench.clients().get('orders')?.id ?? '');
    expect(await halfDone(bench)).toEqual([]);
  });

  it("is nothing of another stack's", async () => {
    const { bench } = await cutOff(ROTATE);
    for (const object of bench.provider.objects) object.fields = { ...object.fields, stack: 'theirs' };
    expect(await halfDone(bench)).toEqual([]);
  });
});

it.each<[string, (bench: RotationBench) => void, number]>([
  ["is the stack's and was delivered", () => undefined, 1],
  ['was never delivered', (bench) => bench.provider.objects.forEach((object) => delete object.delivered), 0],
  [
    "is another stack's",
    (bench) => bench.provider.objects.forEach((object) => (object.fields = { ...object.fields, stack: 'theirs' })),
    0,
  ],
  ['is not there', (bench) => void bench.provider.objects.splice(0), 0],
])('rotationSubjects: a client that %s: %#', async (_, change, count) => {
  const bench = await inSync();
  change(bench);
  const survey = await surveyRotations(DECLARED, bench);
  expect(rotationSubjects(new Set(['orders']), survey, bench).size).toBe(count);
});

/** Ends patience at the second look. */
function stepping(): () => number {
  let now = 1_800_000_000_000;
  return () => (now += 60_000);
}

async function refuse(): Promise<Response> {
  return Response.json({ error: 'invalid_client' }, { status: 401 });
}

describe('rotationFinisher, where the token endpoint refuses the secret', () => {
  let refused: ReturnType<typeof portsOver>;
  beforeEach(() => {
    const clock = { now: stepping(), sleep: async () => undefined };
    refused = portsOver(refuse, { clock, random: () => 0 });
  });

  it('fails for a revocation, which must not be forgotten', async () => {
    const { bench } = await cutOff(REVOKE);
    const finish = rotationFinisher(await surveyRotations(DECLARED, bench), bench, refused);
    await expect(finish('Client/orders')).rejects.toMatchObject({
      code: 'FAILED',
      message: expect.stringContaining('a rotation that was cut off could not be finished: the token endpoint answers'),
      hint: expect.stringContaining('grantry rotate -t test orders'),
    });
  });

  it('leaves a rotation to the delivery that follows', async () => {
    const { bench } = await cutOff(ROTATE);
    const finish = rotationFinisher(await surveyRotations(DECLARED, bench), bench, refused);
    expect(await finish('Client/orders')).toBeUndefined();
  });
});
