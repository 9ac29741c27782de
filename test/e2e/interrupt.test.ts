/** Ctrl-C in the middle of an apply. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { exitedWith } from '../support/process/cli.ts';
import type { RunningCli } from '../support/process/cli.ts';
import type { FaultRule } from '../support/servers/counting-proxy.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const NAMES = Array.from({ length: 30 }, (_, index) => `job-${String(index).padStart(2, '0')}`);
const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read']),
  ...NAMES.map((name) => clientYaml(name, 'access: [{api: stock, scopes: [stock:read]}]')),
);
const reportSchema = z.looseObject({
  interrupted: z.literal(true),
  results: z.array(z.looseObject({ address: z.string(), outcome: z.enum(['done', 'skipped']) })),
  proofs: z.array(z.unknown()),
});

let site: Site;

beforeAll(async () => {
  site = await Site.open();
  site.declare(MANIFESTS);
});

afterAll(() => site.close());

const isWrite: FaultRule['match'] = ({ method, path }) => method !== 'GET' && !path.endsWith('/token');

/** Slow writes, so that a signal finds the run at work. */
function slowDown(ms: number): void {
  const rule: FaultRule = { match: isWrite, times: 9999, fault: { kind: 'delay', ms } };
  for (const proxy of [site.keycloak, site.store]) proxy.inject(rule);
}

async function untilDone(running: RunningCli, changes: number): Promise<void> {
  const done = (): number =>
    running
      .stderr()
      .split('\n')
      .filter((line) => /^\S+ create \w+\//.test(line)).length;
  await vi.waitFor(() => expect(done()).toBeGreaterThanOrEqual(changes), { timeout: 60_000, interval: 10 });
}

async function clientsThere(): Promise<string[]> {
  const clients = await site.realm.admin.clients.find({ max: 1000 });
  return clients.map(({ clientId }) => clientId ?? '').filter((id) => id.startsWith('job-'));
}

describe('Ctrl-C', () => {
  it('finishes the change in hand, reports what was not begun, and the next run goes on from there', async () => {
    slowDown(40);
    const running = site.start('apply -t dev --auto-approve --parallelism 4 --format json');
    await untilDone(running, 6);
    running.child.kill('SIGINT');
    const { stdout, stderr } = exitedWith(1, await running.done);
    expect(stderr).toContain('Stopping: what is in hand is finished first.');
    expect(stderr).toContain('skipped: create Client/job-29: stopped before it began');

    const { results, proofs } = reportSchema.parse(JSON.parse(stdout));
    expect(results).toHaveLength(32);
    expect(proofs).toEqual([]);
    const done = results.filter(({ outcome, address }) => outcome === 'done' && address.startsWith('Client/'));
    expect(done.length).toBeGreaterThanOrEqual(5);
    expect(done.length).toBeLessThan(30);
    // What the report calls done is there, and nothing else is: no request was cut off.
    expect((await clientsThere()).toSorted()).toEqual(done.map(({ address }) => address.slice(7)).toSorted());
    expect([...site.keycloak.requests, ...site.store.requests].every(({ status }) => status !== undefined)).toBe(true);

    site.reset();
    const next = exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect(next.stdout).toContain(`${30 - done.length} changes done.`);
    expect((await clientsThere()).toSorted()).toEqual(NAMES);
    exitedWith(0, await site.run('plan -t dev --detailed-exitcode --check-store'));
  });

  it('twice ends at once', async () => {
    site.reset();
    site.declare(apiYaml('stock', ['stock:read']), { guards: { maxDeletes: 99, maxDeletePercent: 100 } });
    slowDown(20_000);
    const running = site.start('apply -t dev --auto-approve');
    await vi.waitFor(() => expect(site.writes().length).toBeGreaterThan(0), { timeout: 30_000, interval: 10 });
    running.child.kill('SIGINT');
    await vi.waitFor(() => expect(running.stderr()).toContain('Press Ctrl-C again to stop at once.'));
    const pressed = performance.now();
    running.child.kill('SIGINT');
    expect((await running.done).code).toBe(130);
    expect(performance.now() - pressed).toBeLessThan(5_000);
  });

  it('before anything was written ends a plan at once', async () => {
    site.reset();
    for (const proxy of [site.keycloak, site.store])
      proxy.inject({ match: () => true, times: 9999, fault: { kind: 'delay', ms: 20_000 } });
    const running = site.start('plan -t dev');
    await vi.waitFor(() => expect(site.store.requests.length).toBeGreaterThan(0), { timeout: 30_000, interval: 10 });
    running.child.kill('SIGINT');
    expect((await running.done).code).toBe(130);
  });
});
