/**
 * A consumer that asks for tokens all the time while its credential is rotated: with an overlap it never fails, though it
 * reads the store only now and then; without one it fails for no longer than the gap that grantry prints.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { exitedWith } from '../support/process/cli.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

/** The soak makes fifty. */
const ROTATIONS = Number(process.env['ROTATIONS'] ?? '4');
const MINUTE = 60_000;
/** Time is scaled down: 48 hours are three seconds, and a consumer that reads once a day does so each second and a half. */
const OVERLAP_SECONDS = 3;
const READ_EVERY_MS = 1500;

const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read']),
  clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'),
);

const credentialSchema = z.object({
  client_id: z.string(),
  client_secret: z.string(),
  client_secret_next: z.string().optional(),
  token_url: z.string(),
  overlap_until: z.string().optional(),
});
type Credential = z.infer<typeof credentialSchema>;
const answerSchema = z.object({ data: z.object({ data: credentialSchema }) });
const reportSchema = z.object({
  results: z.array(z.object({ gap: z.object({ ms: z.number(), atMost: z.boolean() }).optional() })),
});

/** What the consumer saw, request by request. */
interface Seen {
  requests: number;
  readonly failures: { readonly at: number; readonly status: number }[];
}

async function openSite(overlap: string): Promise<Site> {
  const site = await Site.open();
  site.declare(MANIFESTS, { rotate: { overlap } });
  exitedWith(0, await site.run('apply -t dev --auto-approve'));
  return site;
}

async function readCredential({ vault }: Site): Promise<Credential> {
  const response = await fetch(`${vault.url}/v1/${vault.mount}/data/m2m/orders`, {
    headers: { 'x-vault-token': vault.rootToken },
  });
  return answerSchema.parse(await response.json()).data.data;
}

async function askForToken({ client_id, token_url }: Credential, secret: string): Promise<number> {
  const basic = Buffer.from(`${encodeURIComponent(client_id)}:${encodeURIComponent(secret)}`).toString('base64');
  const response = await fetch(token_url, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  await response.arrayBuffer();
  return response.status;
}

/** Asks for tokens until it is stopped; `read` says when it looks at the store again. */
async function consume(site: Site, signal: AbortSignal, read: 'on schedule' | 'when refused'): Promise<Seen> {
  const seen: Seen = { requests: 0, failures: [] };
  let credential = await readCredential(site);
  let readAt = performance.now();
  while (!signal.aborted) {
    if (read === 'on schedule' && performance.now() - readAt >= READ_EVERY_MS) {
      credential = await readCredential(site);
      readAt = performance.now();
    }
    const at = performance.now();
    const status = await askForToken(credential, credential.client_secret);
    seen.requests += 1;
    if (status !== 200) {
      seen.failures.push({ at, status });
      if (read === 'when refused') credential = await readCredential(site);
    }
    await sleep(5);
  }
  return seen;
}

/** Refused, it reads again, and tries both secrets that it may find: docs/consumers.md. */
async function consumeWell(site: Site, signal: AbortSignal): Promise<Seen> {
  const seen: Seen = { requests: 0, failures: [] };
  let credential = await readCredential(site);
  while (!signal.aborted) {
    seen.requests += 1;
    let status = await askForToken(credential, credential.client_secret);
    if (status === 401) {
      credential = await readCredential(site);
      status = await askForToken(credential, credential.client_secret);
      if (status === 401 && credential.client_secret_next !== undefined) {
        status = await askForToken(credential, credential.client_secret_next);
      }
    }
    if (status !== 200) seen.failures.push({ at: performance.now(), status });
    await sleep(5);
  }
  return seen;
}

describe('with an overlap', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite(`${OVERLAP_SECONDS}s`);
  }, MINUTE);
  afterAll(() => site.close());

  it(
    `a consumer that reads on a schedule sees no failure in ${ROTATIONS} rotations`,
    { timeout: ROTATIONS * 30_000 },
    async () => {
      const stop = new AbortController();
      const consumer = consume(site, stop.signal, 'on schedule');
      const secrets = new Set<string>();
      for (let round = 0; round < ROTATIONS; round += 1) {
        exitedWith(0, await site.run('rotate -t dev orders'));
        const { client_secret: secret, overlap_until: until = '' } = await readCredential(site);
        secrets.add(secret);
        await sleep(Math.max(0, Date.parse(until) - Date.now()) + 1200);
      }
      stop.abort();
      const { requests, failures } = await consumer;
      process.stderr.write(`${ROTATIONS} rotations, ${requests} token requests, ${failures.length} failures\n`);
      expect(secrets.size).toBe(ROTATIONS);
      expect(requests).toBeGreaterThan(ROTATIONS * 20);
      expect(failures).toEqual([]);
      exitedWith(0, await site.run('verify -t dev'));
    },
  );
});

describe('an overlap of two days', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite('48h');
  }, MINUTE);
  afterAll(() => site.close());

  it('refuses to rotate again until it has ended, and says until when', async () => {
    exitedWith(0, await site.run('rotate -t dev orders --force'));
    const again = await site.run('rotate -t dev orders');
    expect([again.code, again.stdout]).toEqual([3, '']);
    expect(again.stderr).toMatch(/its previous credential is accepted until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC,/);
  });

  it('is set up by a part of a plan, as its client is to have it, and none is ended', { timeout: MINUTE }, async () => {
    const before = await readCredential(site);
    exitedWith(0, await site.run('rotate -t dev orders --force'));
    site.declare(MANIFESTS, { rotate: { overlap: '24h' } });
    const { stdout } = exitedWith(0, await site.run('plan -t dev --only Client/orders --out part.json'));
    expect(stdout).toContain('Rotation/24h');
    exitedWith(0, await site.run('apply -t dev part.json'));
    expect(await askForToken(before, before.client_secret)).toBe(200);
  });

  it('refuses a part of a plan that would end it', { timeout: MINUTE }, async () => {
    const { clientPolicies } = site.realm.admin;
    const { policies = [] } = await clientPolicies.listPolicies();
    await clientPolicies.updatePolicy({ policies: policies.map((policy) => ({ ...policy, enabled: false })) });
    site.declare(MANIFESTS, { rotate: { overlap: '48h' } });
    // The part knows of the overlap to come, and not of the one that the client has.
    const { code, stdout } = await site.run('plan -t dev --only Client/orders');
    expect([code, stdout]).toEqual([3, expect.stringContaining('Rotation/24h is not set up as it should be')]);
  });
});

describe('without an overlap', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite('0s');
  }, MINUTE);
  afterAll(() => site.close());

  it('the gap is measured and printed, and bounds what consumers see', { timeout: 2 * MINUTE }, async () => {
    const stop = new AbortController();
    const consumers = [consume(site, stop.signal, 'when refused'), consumeWell(site, stop.signal)] as const;
    await sleep(300);
    const begun = performance.now();
    const { stdout } = exitedWith(0, await site.run('rotate -t dev orders --format json'));
    await sleep(500);
    stop.abort();
    const [plain, well] = await Promise.all(consumers);
    const { results } = reportSchema.parse(JSON.parse(stdout));
    const gap = results[0]?.gap;
    expect(gap).toMatchObject({ atMost: false, ms: expect.any(Number) });
    const times = plain.failures.map(({ at }) => at - begun);
    const seen = times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
    process.stderr.write(`gap ${gap?.ms} ms; a consumer that only reads again failed for ${Math.round(seen)} ms\n`);
    // Its own requests and the reads between them add to what it sees of the gap.
    expect(seen).toBeLessThan((gap?.ms ?? 0) + 500);
    expect(well.requests).toBeGreaterThan(10);
    expect(well.failures).toEqual([]);
    const text = exitedWith(0, await site.run('rotate -t dev orders'));
    expect(text.stdout).toMatch(/gap \d+ms/);
  });
});
