/** The Auth0 provider against a tenant in trouble. Time is a fake: waiting takes none. */
import { afterEach, describe, expect, it } from 'vitest';
import { BusyTenant, estate, serviceNames } from '../support/auth0/busy-tenant.ts';
import { PLANS } from '../../demo/auth0/emulator/rate-limits.ts';

let tenant: BusyTenant;
afterEach(() => tenant.subject.close());

async function expectConverged(manifests: string, count: number): Promise<void> {
  expect((await tenant.subject.plan(manifests)).changes).toEqual([]);
  expect(tenant.applications()).toEqual(serviceNames(count));
  expect(await tenant.subject.unproven(manifests)).toEqual([]);
}

describe('a tenant', () => {
  it('that answers 429 half of the time is brought to what the manifests say', async () => {
    tenant = await BusyTenant.open(20);
    const manifests = estate(25);
    tenant.emulator.inject({ path: /^\/api\/v2\//, share: 0.5, seed: 7, fault: { kind: 'answer', status: 429 } });
    await tenant.subject.setUp(manifests);
    expect(
      tenant.emulator.select({ path: /^\/api\/v2\// }).filter(({ status }) => status === 429).length,
    ).toBeGreaterThan(40);
    await expectConverged(manifests, 25);
  });

  it.each(['/clients', '/client-grants', '/resource-servers'])(
    'that answers 500 after each creation in %s has no duplicates of it',
    async (path) => {
      tenant = await BusyTenant.open(100);
      const manifests = estate(6);
      tenant.emulator.inject({
        method: 'POST',
        path: new RegExp(`^/api/v2${path}$`),
        fault: { kind: 'answer', status: 500, when: 'after' },
      });
      await tenant.subject.apply(manifests);
      await tenant.subject.setUp(manifests);
      await expectConverged(manifests, 6);
      expect(tenant.emulator.count({ method: 'POST', path: `/api/v2${path}` })).toBe(
        path === '/resource-servers' ? 1 : 6,
      );
    },
  );

  it('that fails at random, before a request and after it, converges in a few runs', async () => {
    tenant = await BusyTenant.open(100);
    const manifests = estate(12);
    const path = /^\/api\/v2\//;
    tenant.emulator.inject({ path, share: 0.15, seed: 3, fault: { kind: 'answer', status: 503, when: 'before' } });
    tenant.emulator.inject({ path, share: 0.15, seed: 4, fault: { kind: 'answer', status: 500, when: 'after' } });
    tenant.emulator.inject({ path, share: 0.1, seed: 5, fault: { kind: 'drop', when: 'after' } });
    for (let run = 0; run < 6; run += 1) await tenant.subject.apply(manifests);
    tenant.emulator.reset();
    await expectConverged(manifests, 12);
  });

  it('of the free plan is waited for', async () => {
    tenant = await BusyTenant.open(2, { rateLimits: PLANS.free });
    const manifests = estate(8);
    await tenant.subject.setUp(manifests);
    await expectConverged(manifests, 8);
  });
});
