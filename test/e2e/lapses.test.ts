/** A server that takes a change and does not make it: the command fails, names the field, and the audit log says so. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { startCountingProxy } from '../support/servers/counting-proxy.ts';
import type { CountingProxy, Intercept } from '../support/servers/counting-proxy.ts';
import { exitedWith } from '../support/process/cli.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const body = z.record(z.string(), z.unknown());
let site: Site;
let dropping: CountingProxy;

/** No new client gets its description. */
const intercept: Intercept = async ({ method, path, body: sent }, pass) => {
  if (method !== 'POST' || !path.endsWith('/clients')) return pass();
  const { description: _dropped, ...rest } = body.parse(JSON.parse(sent));
  return pass(JSON.stringify(rest));
};

beforeAll(async () => {
  site = await Site.open();
  dropping = await startCountingProxy(site.realm.url, { intercept });
});
afterAll(async () => {
  await dropping.close();
  await site.close();
});

it('apply exits with 1, says which field did not change, and notes the change as failed', async () => {
  const manifests = yaml(
    apiYaml('stock', ['stock:read']),
    clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}], credential: {rotate: {overlap: 0s}}'),
  );
  site.declare(manifests, { keycloak: { url: dropping.url } });
  const { stdout } = exitedWith(1, await site.run('apply -t dev --auto-approve --audit-log audit.jsonl'));
  const text = stdout.replaceAll(/\s+/g, ' ');
  expect(text).toMatch(
    /took the change of Client\/orders, but it is not so when it is read back: description is .+ instead of "The orders service"/,
  );
  const lines = readFileSync(join(site.folder, 'audit.jsonl'), 'utf8').trim().split('\n');
  const last = lines
    .map((line) => body.parse(JSON.parse(line)))
    .filter(({ address }) => address === 'Client/orders')
    .at(-1);
  expect(last).toMatchObject({ event: 'failed' });
  // What it left is repaired by a run that nothing is kept from.
  site.declare(manifests);
  exitedWith(0, await site.run('apply -t dev --auto-approve'));
});
