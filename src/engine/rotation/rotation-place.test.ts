import { beforeEach, describe, expect, it } from 'vitest';
import { client, state } from '../../../test/support/bench/declared.ts';
import { RotationBench } from '../../../test/support/bench/rotation-bench.ts';
import { secretIn, secretPayload } from '../../../test/support/stored-secrets.ts';
import type { StoreMark } from '../../stores/store.ts';
import { isKept, previousLost, versionsAt } from './rotation-place.ts';

const DECLARED = state(
  [],
  [client('orders', {}, { credential: { path: 'orders', rotate: { every: 100, overlap: 0 } } })],
);
const NAMED = { kind: 'named', names: ['orders'], force: true, revoke: false } as const;
const ACTIVE: StoreMark = { stack: 'acme', client: 'orders', owner: 'team-a', state: 'active' };

let bench: RotationBench;
beforeEach(async () => {
  bench = new RotationBench();
  await bench.apply(DECLARED);
});

const secretNow = (): string | undefined => bench.clients().get('orders')?.secret;
const stored = async (): Promise<string | undefined> => secretIn(await bench.store.read('orders'));

/** Whether a rotation took place, or why none did, with what it then changed all the same. */
async function rotate(): Promise<string> {
  const before = [(await bench.store.inspect('orders'))?.version, secretNow()];
  const { results } = await bench.rotate(DECLARED, NAMED);
  if (results[0]?.outcome === 'done') return (await stored()) === secretNow() ? 'rotated' : 'not delivered';
  const after = [(await bench.store.inspect('orders'))?.version, secretNow()];
  return before.join() === after.join() ? (results[0]?.reason ?? '') : `changed: ${before.join()} → ${after.join()}`;
}

describe('the place of a document that is to be rotated', () => {
  it('is written to where it holds the document of the client', async () => {
    expect(await rotate()).toBe('rotated');
  });

  it.each([
    ['another client', { client: 'audit' }],
    ['another stack', { stack: 'theirs' }],
    ['another client, retired', { client: 'audit', state: 'retired' as const }],
  ])('is not written to where it holds that of %s', async (_, mark) => {
    await bench.store.mark('orders', { ...ACTIVE, ...mark });
    expect(await rotate()).toContain('memory/orders holds the document of');
  });

  it('is written to where a delete that was cut off retired it: the mark is set again', async () => {
    await bench.store.mark('orders', { ...ACTIVE, state: 'retired' });
    expect(await rotate()).toBe('rotated');
    expect((await bench.store.inspect('orders'))?.mark).toMatchObject(ACTIVE);
  });

  it("is written to without a mark only where it holds the client's present credential", async () => {
    bench.store.replacePairs('orders', {});
    expect(await rotate()).toBe('rotated');
    bench.store.replacePairs('orders', {});
    await bench.store.write('orders', { clientId: 'orders', payload: secretPayload('another'), facts: {} }, 3);
    expect(await rotate()).toContain("has lost grantry's mark, and does not hold the credential that orders has now");
  });

  it('is not written to where nothing lies there any more', async () => {
    await bench.store.purge('orders');
    expect(await rotate()).toContain('holds nothing that grantry wrote');
  });

  it('is not written to where the store would delete what is written', async () => {
    bench.store.wholeLimits = { vanishing: { after: '30 days', hint: '' } };
    expect(await rotate()).toContain('the store would delete what is written to memory/orders');
  });
});

describe('a document of a rotation', () => {
  it.each([
    ['version', '1'],
    ['document', undefined],
    ['label', undefined],
    ['nowhere', undefined],
  ] as const)('names the version before where the previous credential is found by %s', async (previous, named) => {
    bench.store.capabilities = { ...bench.store.capabilities, previous };
    expect(await rotate()).toBe('rotated');
    expect((await bench.store.read('orders'))?.document.facts['previous_version']).toBe(named);
  });
});

describe('the version from before a rotation', () => {
  const intent = { kind: 'rotate', begun: '', from: 3, was: 1, facts: '' } as const;
  const place = { mark: ACTIVE, version: 3, stored: undefined };
  const subject = { delivered: { at: 1, place: 'memory/orders', path: 'orders', facts: '' } };
  const lost = (
    special: Partial<Parameters<typeof previousLost>[1]>,
    keepsVersions: number | undefined,
    issued: { readonly previousUntil?: number } = { previousUntil: 7 },
  ): readonly unknown[] =>
    previousLost(subject, { ...intent, ...special }, { ...place, keepsVersions }, { issued, version: 4 });

  it('is kept where the store keeps enough of them', () => {
    expect([undefined, 2, 1].map((keepsVersions) => isKept(intent, { keepsVersions }, 4))).toEqual([true, true, false]);
  });

  it.each([
    [undefined, 'version', undefined],
    [3, 'version', 3],
    [3, 'label', undefined],
    [3, 'document', undefined],
    [undefined, 'nowhere', 1],
  ] as const)('is counted (%s) only where consumers find it by its number: %s', (keepsVersions, previous, counted) => {
    const entry = { mark: ACTIVE, version: 3, readable: true, ...(keepsVersions && { limits: { keepsVersions } }) };
    expect(versionsAt(entry, { ...bench.store.capabilities, previous })).toBe(counted);
  });

  it('is missed only where the previous secret is accepted, and it is gone', () => {
    expect(lost({}, 1)).toMatchObject([{ outcome: 'not-testable' }]);
    expect(lost({}, 2)).toEqual([]);
    expect(lost({ kind: 'revoke' }, 1)).toEqual([]);
    expect(lost({ from: 0 }, 1)).toEqual([]);
    expect(lost({}, 1, {})).toEqual([]);
  });
});
