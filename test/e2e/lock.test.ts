/** Several applies on one target at the same time, as processes of their own, each behind proxies of its own. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { exitedWith } from '../support/process/cli.ts';
import { CompetingProcess, turnsOf } from '../support/process/competing-process.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

/** The soak runs twenty. */
const RUNS = Array.from({ length: Number(process.env['LOCK_RUNS'] ?? '3') }, (_, run) => run);

const recordSchema = z.looseObject({
  holder: z.string(),
  who: z.string(),
  run: z.string(),
  target: z.string(),
  released_at: z.string(),
  broke: z.looseObject({ who: z.string() }).nullable(),
});

let site: Site;
let ann: CompetingProcess;
let ben: CompetingProcess;
let round = 0;

beforeAll(async () => {
  // One name of the server for all: what is delivered must not depend on the proxy.
  site = await Site.open({ attributes: { frontendUrl: 'https://sso.test' } });
  [ann, ben] = await Promise.all([CompetingProcess.join(site, 'ann'), CompetingProcess.join(site, 'ben')]);
});
afterAll(() => Promise.all([ann.close(), ben.close(), site.close()]));
beforeEach(() => {
  round += 1;
  declare('');
});

/** Each round declares clients of its own, so that those of the round before are to be deleted. */
function declare(spec: string, ...more: readonly string[]): void {
  const names = Array.from({ length: 4 }, (_, index) => `r${round}-${index}`);
  const access = 'access: [{api: stock, scopes: [stock:read]}]';
  const clients = names.map((name) => clientYaml(name, `${access}${spec}`));
  site.declare(yaml(apiYaml('stock', ['stock:read']), ...clients, ...more), ann.target, ben.target);
  for (const process of [ann, ben]) process.reset(200);
}

async function record(): Promise<z.infer<typeof recordSchema>> {
  const { body } = await site.vault.request('GET', `${site.vault.mount}/data/m2m/.grantry/lock/acme`);
  return recordSchema.parse(body?.data?.['data']);
}

async function begunToWrite(process: CompetingProcess, writes = 1): Promise<void> {
  await vi.waitFor(() => expect(process.writes().length).toBeGreaterThanOrEqual(writes), {
    timeout: 60_000,
    interval: 5,
  });
}

async function expectInSync(): Promise<void> {
  for (const { name } of [ann, ben]) exitedWith(0, await site.run(`plan -t ${name} --detailed-exitcode --check-store`));
}

describe('two applies started together', () => {
  it.each(RUNS)('%i: one does the job, the other is refused and names it', async () => {
    const flags = '--no-proof';
    const results = await Promise.all([ann, ben].map((process) => process.apply(flags).done));
    const refused = results.findIndex(({ code }) => code === 3);
    const [winner, loser] = refused === 1 ? [ann, ben] : [ben, ann];
    for (const [at, result] of results.entries()) exitedWith(at === refused ? 3 : 0, result);
    const { holder, who, released_at: releasedAt, run, target } = await record();
    expect([who, target]).toEqual([winner.name, winner.name]);
    expect(releasedAt).not.toBe('');
    const shown = results[refused]?.stderr ?? '';
    for (const fact of [holder, run, `${who} on `]) expect(shown).toContain(fact);
    expect(loser.writes()).toEqual([]);
    expect(winner.writes().length).toBeGreaterThan(6);
    expect(turnsOf([ann, ben])).toEqual([winner.name]);
    await expectInSync();
  });

  it.each(RUNS)('%i: with --lock-timeout the second waits, and then finds nothing to do', async () => {
    const flags = '--no-proof --lock-timeout 80s';
    const results = await Promise.all([ann, ben].map((process) => process.apply(flags).done));
    for (const result of results) exitedWith(0, result);
    const second = results.findIndex(({ stderr }) => stderr.includes('Waiting for the lock of the stack acme'));
    const [first, waiter] = second === 1 ? [ann, ben] : [ben, ann];
    expect(results[second]?.stderr).toContain(`${first.name} on `);
    expect(results[second]?.stdout).toContain('There was nothing to do.');
    expect(waiter.writes()).toEqual([]);
    // Taken and released, by each.
    expect([first.lockWrites().length, waiter.lockWrites().length]).toEqual([2, 2]);
    await expectInSync();
  });

  it.each(RUNS)('%i: with different manifests, each after the other, never in between', async () => {
    const access = 'access: [{api: stock, scopes: [stock:read]}]';
    const only = (name: string): string[] =>
      [0, 1, 2].map((index) => clientYaml(`r${round}-${name}-${index}`, `${access}, targets: [${name}]`));
    declare('', ...only('ann'), ...only('ben'));
    const flags = '--no-proof --lock-timeout 80s';
    const results = await Promise.all([ann, ben].map((process) => process.apply(flags).done));
    for (const result of results) exitedWith(0, result);
    expect([ann.writes().length > 3, ben.writes().length > 3]).toEqual([true, true]);
    expect(turnsOf([ann, ben])).toHaveLength(2);
    const last = turnsOf([ann, ben])[1] ?? '';
    exitedWith(0, await site.run(`plan -t ${last} --detailed-exitcode --check-store`));
  });
});

describe('a run that ends before its time', () => {
  it('by Ctrl-C releases the lock', async () => {
    const running = ann.apply('--no-proof');
    await begunToWrite(ann, 3);
    running.child.kill('SIGINT');
    exitedWith(1, await running.done);
    expect(await record()).toMatchObject({ who: 'ann', released_at: expect.stringContaining('T') });
    exitedWith(0, await ben.apply('--no-proof').done);
    await expectInSync();
  });

  it('by kill -9 holds it for a minute at most: who waits gets it, who does not is refused', async () => {
    const running = ann.apply('--no-proof');
    await begunToWrite(ann, 3);
    running.child.kill('SIGKILL');
    await running.done;
    const refused = exitedWith(3, await ben.apply('--no-proof').done);
    expect(refused.stderr).toContain('the stack acme is locked by ann on ');
    expect(ben.writes()).toEqual([]);
    const waited = exitedWith(0, await ben.apply('--no-proof --lock-timeout 85s', { timeoutMs: 110_000 }).done);
    expect(waited.stderr).toContain('Waiting for the lock of the stack acme: ann on ');
    expect(turnsOf([ann, ben])).toEqual(['ann', 'ben']);
    await expectInSync();
  });
});

describe('--break-lock', () => {
  it('takes the lock of a living run, which notices, stops writing and fails', async () => {
    // Two changes at a time: when the lock is renewed for the first time, after twenty seconds, the second pair is to come.
    ann.reset(22_000);
    ben.reset(0);
    const running = ann.apply('--no-proof');
    await begunToWrite(ann, 2);
    const breaking = exitedWith(0, await ben.apply('--no-proof --break-lock').done);
    expect(breaking.stderr).toContain('Broke the lock of the stack acme: ann on ');
    const broken = exitedWith(1, await running.done);
    expect(broken.stderr).toMatch(/the lock of the stack acme was lost: ben on .* has it now/);
    expect(await record()).toMatchObject({ who: 'ben', broke: { who: 'ann' } });
    expect(ann.writes().filter(({ path }) => path.startsWith('/admin/')).length).toBeLessThanOrEqual(4);
    await expectInSync();
  });
});
