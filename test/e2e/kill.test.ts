/** kill -9 at random moments of an apply that creates and deletes; the next one waits until the dead one's lock ends. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exitedWith } from '../support/process/cli.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

/** The soak kills fifty, of a hundred clients each. */
const KILLS = Number(process.env['KILL_RUNS'] ?? '4');
const CLIENTS = KILLS < 50 ? 20 : 100;
/** Most of the time is waiting for locks to end, so several sites are worked on at once. */
const LANES = 4;
const MINUTE = 60_000;

/** Moments are given as a part of all writes: the mark and the document of each client, and the client itself. */
const WRITES_TO_CREATE = 3;
const WRITES_TO_DELETE = 2;

class KillSite {
  readonly site: Site;
  #round = 0;

  constructor(site: Site) {
    this.site = site;
  }

  /** Each round declares clients and an Api of its own: those of the round before are to be deleted. */
  declareNext(): void {
    this.#round += 1;
    const round = this.#round;
    const access = `access: [{api: api-${round}, scopes: ["scope-${round}:read"]}]`;
    const api = apiYaml(`api-${round}`, [`scope-${round}:read`, `scope-${round}:write`]);
    this.site.declare(yaml(api, ...this.names().map((name) => clientYaml(name, access))), {
      guards: { maxDeletes: 999, maxDeletePercent: 100 },
    });
    this.site.reset();
  }

  names(): string[] {
    return Array.from({ length: CLIENTS }, (_, index) => `r${this.#round}-${String(index).padStart(3, '0')}`);
  }

  scopes(): string[] {
    return [`scope-${this.#round}:read`, `scope-${this.#round}:write`];
  }

  /** A moment of the apply that is to come, counted in writes. */
  randomMoment(): number {
    const perClient = WRITES_TO_CREATE + (this.#round === 1 ? 0 : WRITES_TO_DELETE);
    return randomInt(1, Math.floor(CLIENTS * perClient * 0.95));
  }

  /** Starts an apply and kills it when it has made so many writes, or a little later. */
  async killApplyAt(moment: number): Promise<void> {
    const running = this.site.start('apply -t dev --auto-approve --parallelism 4', { timeoutMs: 5 * MINUTE });
    // A write that is seen may still be on its way: only the one after the lock's says that the lock is held.
    const written = (): number => this.site.writes().filter(({ path }) => !path.includes('/.grantry/lock/')).length;
    const done = (): void => expect(written()).toBeGreaterThanOrEqual(moment);
    await vi.waitFor(done, { timeout: 4 * MINUTE, interval: 1 });
    await sleep(randomInt(0, 20)); // the moment within the request is left to chance, too
    running.child.kill('SIGKILL');
    expect((await running.done).code).toBe(137);
  }
}

async function expectConverged(killed: KillSite): Promise<void> {
  const { site } = killed;
  const patient = { timeoutMs: 6 * MINUTE };
  const next = exitedWith(0, await site.run('apply -t dev --auto-approve --lock-timeout 90s', patient));
  expect(next.stderr).toContain('Waiting for the lock of the stack acme');
  exitedWith(0, await site.run('plan -t dev --detailed-exitcode --check-store', patient));
  const { stdout } = exitedWith(0, await site.run('verify -t dev', patient));
  expect(stdout).toContain(`${CLIENTS} clients proven.`);
  const ids = (await site.realm.admin.clients.find({ max: 10_000 })).map(({ clientId }) => clientId ?? '');
  expect(ids.filter((id) => /^r\d+-/.test(id)).toSorted()).toEqual(killed.names());
  const scopes = (await site.realm.admin.clientScopes.find()).map(({ name }) => name ?? '');
  expect(scopes.filter((name) => name.startsWith('scope-')).toSorted()).toEqual(killed.scopes());
}

describe.concurrent('an apply that was killed', () => {
  let sites: KillSite[];
  beforeAll(async () => {
    const opened = Array.from({ length: Math.min(LANES, KILLS) }, () => Site.open());
    sites = (await Promise.all(opened)).map((site) => new KillSite(site));
  });
  afterAll(() => Promise.all(sites.map(({ site }) => site.close())));

  it.each(Array.from({ length: LANES }, (_, lane) => lane))(
    'lane %i: the next apply converges',
    { timeout: KILLS * 5 * MINUTE },
    async (lane) => {
      const rounds = Math.ceil((KILLS - lane) / LANES);
      for (let round = 0; round < rounds; round += 1) {
        const killed = sites[lane];
        if (killed === undefined) throw new TypeError(`there is no lane ${lane}`);
        killed.declareNext();
        const moment = killed.randomMoment();
        await killed.killApplyAt(moment);
        await expectConverged(killed);
        process.stderr.write(`killed after ${moment} writes, round ${round + 1} of ${rounds} of lane ${lane}\n`);
      }
    },
  );
});
