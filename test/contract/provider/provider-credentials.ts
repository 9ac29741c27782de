import { fieldChanges } from '../../support/bench/field-words.ts';
import { expect, it } from 'vitest';
import { yaml } from '../../support/bench/workbench.ts';
import { BASE, BILLS, STOCK, orders } from './provider-manifests.ts';
import type { RotationRequest } from '../../../src/engine/rotation/select-rotations.ts';
import type { GrantryError } from '../../../src/model/errors.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import { nextSecretIn } from '../../support/stored-secrets.ts';
import type { ProviderSubject } from './provider-subject.ts';

const named = (more: { force?: true; revoke?: true } = {}): RotationRequest => ({
  kind: 'named',
  names: ['orders'],
  force: false,
  revoke: false,
  ...more,
});

/** Deliveries and rotations. */
export function testCredentials(subject: () => ProviderSubject, capabilities: Capabilities): void {
  it('sees that the manifest has the secret rotated at another interval', async () => {
    await subject().setUp(BASE);
    const seldom = yaml(
      STOCK,
      BILLS,
      orders('credential: {rotate: {every: 300d, overlap: 48h}}, access: [{api: stock, scopes: [stock:read]}]'),
    );
    const { changes } = await subject().plan(seldom);
    expect(changes.flatMap(fieldChanges)).toEqual([
      { path: ['rotateEvery'], before: 7_776_000, after: 25_920_000, widens: true },
    ]);
    await subject().setUp(seldom);
    expect(await subject().changesOf(seldom)).toEqual([]);
  });

  it('delivers again what the store has lost', async () => {
    await subject().setUp(BASE);
    await subject().store.purge('orders');
    expect(await subject().changesOf(BASE)).toEqual(['deliver Client/orders']);
    await subject().setUp(BASE);
    expect(await subject().unproven(BASE)).toEqual([]);
  });

  it(`${capabilities.secretChangeVisible ? 'sees' : 'sees only by comparing'} a secret that was made by hand`, async () => {
    await subject().setUp(BASE);
    await subject().admin.regenerate(await subject().clientIdOf('orders'));
    expect(await subject().changesOf(BASE)).toEqual(capabilities.secretChangeVisible ? ['deliver Client/orders'] : []);
    expect(await subject().changesOf(BASE, true)).toEqual(['deliver Client/orders']);
    // Where the server keeps the previous secret, nobody is cut off even by that.
    expect(await subject().unproven(BASE)).toHaveLength(capabilities.secretOverlap ? 0 : 1);
    await subject().setUp(BASE, { checkStore: true });
    expect(await subject().unproven(BASE)).toEqual([]);
    expect(await subject().changesOf(BASE, true)).toEqual([]);
  });

  it(`rotates a secret, and ${capabilities.secretOverlap ? 'keeps the one before valid' : 'reports the gap'}`, async () => {
    await subject().setUp(BASE);
    const [id, before] = [await subject().clientIdOf('orders'), await subject().secretInStore('orders')];
    const [result] = await subject().rotate(BASE, named());
    expect(result).toMatchObject({ outcome: 'done', checks: [{ outcome: 'passed' }] });
    expect(typeof result?.gap?.ms).toBe(capabilities.secretOverlap ? 'undefined' : 'number');
    const after = await subject().secretInStore('orders');
    expect([after === before, await subject().admin.secretOf(id)]).toEqual([false, after]);
    expect(await subject().admin.accepts(id, after)).toBe(true);
    expect(await subject().admin.accepts(id, before)).toBe(capabilities.secretOverlap);
    const stored = await subject().store.read('orders');
    const { facts = {} } = stored?.document ?? {};
    expect(nextSecretIn(stored)).toBeUndefined();
    expect(facts).toMatchObject({ previous_version: '1', rotated_at: expect.stringMatching(/^2\d{3}-/) });
    expect('overlap_until' in facts).toBe(capabilities.secretOverlap);
    expect(await subject().changesOf(BASE, true)).toEqual([]);
    expect(await subject().unproven(BASE)).toEqual([]);
  });

  it(`${capabilities.secretOverlap ? 'refuses to end an overlap by another rotation' : 'rotates as often as it is asked to'}, unless forced`, async () => {
    await subject().setUp(BASE);
    await subject().rotate(BASE, named());
    const before = await subject().secretInStore('orders');
    const again = await subject()
      .rotate(BASE, named())
      .then(
        (results) => results.map(({ outcome }) => outcome).join(),
        (error: GrantryError) => error.code,
      );
    expect(again).toBe(capabilities.secretOverlap ? 'ROTATION_IN_OVERLAP' : 'done');
    expect((await subject().secretInStore('orders')) === before).toBe(capabilities.secretOverlap);
    expect(await subject().rotate(BASE, named({ force: true }))).toMatchObject([{ outcome: 'done' }]);
    expect(await subject().changesOf(BASE, true)).toEqual([]);
  });

  it('revokes a secret: the one before is refused at once, and that is shown', async () => {
    await subject().setUp(BASE);
    await subject().rotate(BASE, named());
    const [id, before] = [await subject().clientIdOf('orders'), await subject().secretInStore('orders')];
    expect(await subject().rotate(BASE, named({ revoke: true }))).toMatchObject([
      {
        op: 'revoke',
        outcome: 'done',
        checks: [{ outcome: 'passed' }, { claim: 'the previous secret is refused', outcome: 'passed' }],
      },
    ]);
    expect([
      await subject().admin.accepts(id, before),
      await subject().admin.accepts(id, await subject().secretInStore('orders')),
    ]).toEqual([false, true]);
    expect(await subject().changesOf(BASE, true)).toEqual([]);
  });

  it('rotates once when the answer to the change is lost', async () => {
    await subject().setUp(BASE);
    const before = await subject().secretInStore('orders');
    subject().admin.loseNextRotation();
    await subject().rotate(BASE, named());
    const after = await subject().secretInStore('orders');
    expect(after === before).toBe(false);
    expect(await subject().admin.secretOf(await subject().clientIdOf('orders'))).toBe(after);
    expect(await subject().changesOf(BASE, true)).toEqual([]);
  });

  it('has nothing that is due at first, and ages that it reports', async () => {
    await subject().setUp(BASE);
    expect(await subject().rotate(BASE, { kind: 'due', stagger: true, max: undefined })).toEqual([]);
    const [status] = await subject().status(BASE);
    expect(status).toMatchObject({ address: 'Client/orders', overdue: false, remarks: [], storeVersion: 1 });
    expect(status?.age).toBeLessThan(120);
  });
}
