/** A tenant of thousands of applications: what a plan asks of it, and how fast. */
import { expect, it } from 'vitest';
import { BusyTenant, estate } from '../../support/auth0/busy-tenant.ts';

it(
  'of 3,500 applications is planned within 120 requests, never faster than the ceiling',
  { timeout: 300_000 },
  async () => {
    const tenant = await BusyTenant.open(10);
    const manifests = estate(3500);
    await tenant.subject.setUp(manifests);
    tenant.reset();
    expect((await tenant.subject.plan(manifests)).changes).toEqual([]);
    const { requests } = tenant.emulator;
    expect(requests.length).toBeGreaterThan(70);
    expect(requests.length).toBeLessThanOrEqual(120);
    expect(tenant.emulator.writes().filter(({ path }) => path !== '/oauth/token')).toEqual([]);
    expect(tenant.busiestSecond()).toBeLessThanOrEqual(10);
  },
);
