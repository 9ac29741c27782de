import { beforeEach, describe, expect, it } from 'vitest';
import { client, state } from '../../../test/support/bench/declared.ts';
import { RotationBench } from '../../../test/support/bench/rotation-bench.ts';
import { secretIn } from '../../../test/support/stored-secrets.ts';
import { Secret } from '../../model/secrets/secret.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const rotate = { every: 30 * DAY, overlap: 48 * HOUR };
const declared = (special: Partial<Parameters<typeof client>[2]> = {}) => ({
  ...state([], [client('orders', {}, { credential: { path: 'orders', rotate }, ...special })]),
  overlaps: [rotate.overlap],
});
const DECLARED = declared();
const NAMED = { kind: 'named', names: ['orders'], force: false, revoke: false } as const;
const DUE = { kind: 'due', stagger: false, max: undefined } as const;

let bench: RotationBench;
beforeEach(async () => {
  bench = new RotationBench({ secretOverlap: true });
  bench.store.capabilities = { ...bench.store.capabilities, previous: 'document' };
  bench.provider.now = 1_700_000_000;
  await bench.apply(DECLARED);
  bench.provider.now += DAY;
});

const secretNow = (): string | undefined => bench.clients().get('orders')?.secret;

/** The previous secret as a consumer of the document finds it, and until when. */
async function previous(): Promise<readonly (string | undefined)[]> {
  const stored = await bench.store.read('orders');
  const value = stored?.document.payload['client_secret_previous'];
  return [value instanceof Secret ? value.reveal() : undefined, stored?.document.facts['overlap_until']];
}

describe('the credential before, in a store that has no other place for it', () => {
  it('lies in the document for as long as the provider accepts it', async () => {
    const before = secretNow();
    await bench.rotate(DECLARED, NAMED);
    expect(secretIn(await bench.store.read('orders'))).toBe(secretNow());
    expect(await previous()).toEqual([before, new Date((1_700_000_000 + 3 * DAY) * 1000).toISOString()]);
    bench.provider.now += DAY;
    await bench.rotate(DECLARED, DUE);
    expect((await previous())[0]).toBe(before);
    bench.provider.now += 2 * DAY;
    await bench.rotate(DECLARED, DUE);
    expect(await previous()).toEqual([undefined, undefined]);
    expect(secretIn(await bench.store.read('orders'))).toBe(secretNow());
  });

  it('is replaced by the next rotation, and taken away by one that revokes', async () => {
    await bench.rotate(DECLARED, NAMED);
    bench.provider.now += 5 * DAY;
    const before = secretNow();
    await bench.rotate(DECLARED, NAMED);
    expect((await previous())[0]).toBe(before);
    await bench.rotate(DECLARED, { ...NAMED, revoke: true });
    expect(await previous()).toEqual([undefined, undefined]);
  });

  it('stays when a delivery writes the document again within the overlap', async () => {
    const before = secretNow();
    await bench.rotate(DECLARED, NAMED);
    await bench.apply(declared({ auth: 'client_secret_post' }));
    expect((await bench.store.read('orders'))?.document.facts['auth_method']).toBe('client_secret_post');
    expect((await previous())[0]).toBe(before);
  });

  it("is taken out of nobody else's document", async () => {
    await bench.rotate(DECLARED, NAMED);
    const before = await previous();
    await bench.store.mark('orders', { stack: 'theirs', client: 'orders', owner: '', state: 'active' });
    bench.provider.now += 5 * DAY;
    await bench.rotate(DECLARED, DUE);
    expect(await previous()).toEqual(before);
  });

  it('is not in the document of a store that keeps it elsewhere', async () => {
    bench.store.capabilities = { ...bench.store.capabilities, previous: 'version' };
    await bench.rotate(DECLARED, NAMED);
    expect((await previous())[0]).toBeUndefined();
  });
});
