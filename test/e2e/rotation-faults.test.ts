/**
 * A rotation by the built command line that is killed after any single call, or whose answer to it is lost, or to which a
 * server is gone from then on: the next run converges, the credential in the store works, and nothing was rotated twice.
 */
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startAuth0Emulator } from '../support/auth0/start-emulator.ts';
import { exitedWith } from '../support/process/cli.ts';
import { Site } from '../support/process/site.ts';
import { makeLocalCertificate } from '../support/servers/tls-server.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

/** The soak takes every call. */
const IS_WHOLE = process.env['ROTATION_FAULTS'] === 'all';
const SAMPLE = 3;
const MINUTE = 60_000;

const KINDS = ['kill', 'answer lost', 'server gone'] as const;
type Kind = (typeof KINDS)[number];

/** What befalls one call of a run; calls are counted over both servers, from 1. */
interface Trouble {
  readonly kind: Kind;
  readonly call: number;
}

interface Rig {
  readonly site: Site;
  /** Runs `work`; `onCall` gets every call, and may say what becomes of it. */
  during<T>(onCall: () => 'drop-after' | 'drop-before' | undefined, work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Each round has a client of its own, so that nothing is left of the round before. */
function manifestsOf(client: string, auth = 'client_secret_basic'): string {
  const spec = `access: [{api: stock, scopes: [stock:read]}], auth: ${auth}`;
  return yaml(apiYaml('stock', ['stock:read']), clientYaml(client, spec));
}

async function openKeycloakRig(overlap: string): Promise<Rig> {
  const site = await Site.open();
  site.declare(manifestsOf('first'), { rotate: { overlap } });
  return {
    site,
    during: async (onCall, work) => {
      for (const proxy of [site.keycloak, site.store]) listen(proxy, onCall);
      return work().finally(() => site.reset());
    },
    close: () => site.close(),
  };
}

function listen(proxy: Site['store'], onCall: () => 'drop-after' | 'drop-before' | undefined): void {
  let fate: ReturnType<typeof onCall>;
  const times = Number.MAX_SAFE_INTEGER;
  proxy.inject({ fault: { kind: 'drop-after' }, times, match: () => (fate = onCall()) === 'drop-after' });
  proxy.inject({ fault: { kind: 'drop-before' }, times, match: () => fate === 'drop-before' });
}

/** Auth0 with Vault as its store. */
async function openAuth0Rig(): Promise<Rig> {
  const site = await Site.open();
  const { key, cert, caPem } = await makeLocalCertificate();
  const emulator = await startAuth0Emulator({ tls: { key, cert } });
  const ca = join(site.folder, 'ca.pem');
  writeFileSync(ca, caPem);
  const auth0 = {
    domain: emulator.domain,
    requestsPerSecond: 50,
    auth: { clientId: emulator.clientId, clientSecret: '${env:AUTH0_SECRET}' },
  };
  site.declare(manifestsOf('first'), { provider: { auth0 } });
  site.addEnv({ NODE_EXTRA_CA_CERTS: ca, AUTH0_SECRET: emulator.clientSecret });
  return {
    site,
    during: async (onCall, work) => {
      listen(site.store, onCall);
      let fate: ReturnType<typeof onCall>;
      emulator.inject({ fault: { kind: 'drop', when: 'after' }, match: () => (fate = onCall()) === 'drop-after' });
      emulator.inject({ fault: { kind: 'drop', when: 'before' }, match: () => fate === 'drop-before' });
      return work().finally(() => {
        site.reset();
        emulator.reset();
      });
    },
    close: async () => {
      await emulator.close();
      await site.close();
    },
  };
}

class Rounds {
  readonly #rig: Rig;
  readonly #auth: string | undefined;
  #round = 0;

  constructor(rig: Rig, auth: string | undefined) {
    this.#rig = rig;
    this.#auth = auth;
  }

  get client(): string {
    return `client-${this.#round}`;
  }

  /** A new client, delivered. The lock of a run that was killed may still be there: nobody needed it since. */
  async begin(): Promise<void> {
    this.#round += 1;
    const { site } = this.#rig;
    writeFileSync(join(site.folder, 'manifests/all.yaml'), manifestsOf(this.client, this.#auth));
    exitedWith(0, await site.run('apply -t dev --auto-approve --no-proof --break-lock', { timeoutMs: MINUTE }));
  }

  async countCalls(): Promise<number> {
    await this.begin();
    let calls = 0;
    const count = (): undefined => void (calls += 1);
    const run = () => this.#rig.site.run(`rotate -t dev ${this.client} --break-lock`);
    exitedWith(0, await this.#rig.during(count, run));
    return calls;
  }

  async run({ kind, call }: Trouble): Promise<void> {
    await this.begin();
    const { site } = this.#rig;
    const running = await this.#start({ kind, call });
    if (kind === 'kill') expect(running).toBe(137);
    const notes = await this.#metadata();
    const isFinished = !('grantry_note_rotation' in notes) && (await this.#credentials()).length > 1;
    // A rotation of which all was done must not be asked for again.
    const next = isFinished || call % 2 === 0 ? '--due' : this.client;
    exitedWith(0, await site.run(`rotate -t dev ${next} --break-lock`, { timeoutMs: 2 * MINUTE }));
    const credentials = await this.#credentials();
    expect(credentials.length, `distinct credentials after ${kind} at call ${call}`).toBeLessThanOrEqual(2);
    exitedWith(0, await site.run('verify -t dev', { timeoutMs: MINUTE }));
    exitedWith(0, await site.run('plan -t dev --detailed-exitcode --check-store', { timeoutMs: MINUTE }));
  }

  async #start({ kind, call }: Trouble): Promise<number> {
    const { site } = this.#rig;
    let calls = 0;
    const running = { kill: (): void => undefined };
    const onCall = (): 'drop-after' | 'drop-before' | undefined => {
      calls += 1;
      if (kind === 'kill') {
        if (calls === call) running.kill();
        return undefined;
      }
      if (kind === 'server gone') return calls >= call ? 'drop-before' : undefined;
      return calls === call ? 'drop-after' : undefined;
    };
    return this.#rig.during(onCall, async () => {
      const { child, done } = site.start(`rotate -t dev ${this.client} --parallelism 1`, { timeoutMs: 3 * MINUTE });
      running.kill = () => void child.kill('SIGKILL');
      return (await done).code;
    });
  }

  async #metadata(): Promise<Record<string, string>> {
    return (await this.#read(`metadata/m2m/${this.client}`)).custom_metadata ?? {};
  }

  /** Every credential that was ever the client's, as the versions of the document show. */
  async #credentials(): Promise<string[]> {
    const { current_version: latest = 0 } = await this.#read(`metadata/m2m/${this.client}`);
    const versions = Array.from({ length: latest }, (_, index) => index + 1);
    const found = await Promise.all(
      versions.map((version) => this.#read(`data/m2m/${this.client}?version=${version}`)),
    );
    return [...new Set(found.map(({ data }) => data?.client_secret ?? data?.private_key ?? ''))];
  }

  async #read(path: string): Promise<z.infer<typeof vaultAnswer>['data']> {
    const { vault } = this.#rig.site;
    const headers = { 'x-vault-token': vault.rootToken };
    const response = await fetch(`${vault.url}/v1/${vault.mount}/${path}`, { headers });
    return vaultAnswer.parse(await response.json()).data;
  }
}

const vaultAnswer = z.object({
  data: z.object({
    custom_metadata: z.record(z.string(), z.string()).nullish(),
    current_version: z.number().optional(),
    data: z.object({ client_secret: z.string().optional(), private_key: z.string().optional() }).optional(),
  }),
});

interface Case {
  readonly title: string;
  readonly open: () => Promise<Rig>;
  readonly auth?: string;
}

describe.concurrent.each<Case>([
  { title: 'Keycloak, which keeps the previous secret', open: () => openKeycloakRig('48h') },
  { title: 'Keycloak, for a client without an overlap', open: () => openKeycloakRig('0s') },
  { title: 'Keycloak, for a client with a private key', open: () => openKeycloakRig('48h'), auth: 'private_key_jwt' },
  { title: 'Auth0', open: openAuth0Rig },
])('a rotation at $title', ({ open, auth }) => {
  let rig: Rig;
  let calls: number;
  let rounds: Rounds;

  beforeAll(async () => {
    rig = await open();
    rounds = new Rounds(rig, auth);
    calls = await rounds.countCalls();
  }, 2 * MINUTE);
  afterAll(() => rig.close());

  it.sequential.each(KINDS)('%s: the next run converges', { timeout: 60 * MINUTE }, async (kind) => {
    expect(calls).toBeGreaterThan(20);
    const all = Array.from({ length: calls }, (_, index) => index + 1);
    const chosen = IS_WHOLE ? all : Array.from({ length: SAMPLE }, () => randomInt(Math.floor(calls / 2), calls + 1));
    for (const call of chosen) {
      process.stderr.write(`${kind} at call ${call} of ${calls}\n`);
      await rounds.run({ kind, call });
    }
  });
});
