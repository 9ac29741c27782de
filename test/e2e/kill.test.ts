/** kill -9 at random moments of an apply that creates and deletes. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { exitedWith } from '../support/cli.ts';
import { Site } from '../support/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/workbench.ts';

const CLIENTS = 20;
const ROUNDS = 5;

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

function namesOf(round: number): string[] {
  return Array.from({ length: CLIENTS }, (_, index) => `r${round}-${String(index).padStart(2, '0')}`);
}

/** Each round declares clients and an Api of its own: those of the round before are to be deleted. */
function declare(round: number): void {
  const access = `access: [{api: api-${round}, scopes: ["scope-${round}:read"]}]`;
  const api = apiYaml(`api-${round}`, [`scope-${round}:read`, `scope-${round}:write`]);
  site.declare(yaml(api, ...namesOf(round).map((name) => clientYaml(name, access))), {
    guards: { maxDeletes: 999, maxDeletePercent: 100 },
  });
}

it.each(Array.from({ length: ROUNDS }, (_, round) => round))('round %i: the next apply converges', async (round) => {
  declare(round);
  site.reset();
  // A full run of a round after the first makes about a hundred writes.
  const moment = randomInt(1, round === 0 ? 55 : 90);
  const running = site.start('apply -t dev --auto-approve --parallelism 4');
  await vi.waitFor(() => expect(site.writes().length).toBeGreaterThanOrEqual(moment), { timeout: 60_000, interval: 1 });
  await sleep(randomInt(0, 20)); // the moment within the request is left to chance, too
  running.child.kill('SIGKILL');
  expect((await running.done).code).toBe(137);

  // Else the next run would wait for the lock of the dead one to expire.
  const next = exitedWith(0, await site.run('apply -t dev --auto-approve --break-lock'));
  expect(next.stderr).not.toContain('failed');
  exitedWith(0, await site.run('plan -t dev --detailed-exitcode --check-store'));
  const { stdout } = exitedWith(0, await site.run('verify -t dev'));
  expect(stdout).toContain(`${CLIENTS} clients proven.`);
  const ids = (await site.realm.admin.clients.find({ max: 1000 })).map(({ clientId }) => clientId ?? '');
  expect(ids.filter((id) => /^r\d-/.test(id)).toSorted()).toEqual(namesOf(round));
  const scopes = (await site.realm.admin.clientScopes.find()).map(({ name }) => name ?? '');
  expect(scopes.filter((name) => name.startsWith('scope-')).toSorted()).toEqual([
    `scope-${round}:read`,
    `scope-${round}:write`,
  ]);
});
