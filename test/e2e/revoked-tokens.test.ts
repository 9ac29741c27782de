/** `rotate --revoke-now` and tokens that were issued before, by the built command line against a real Keycloak. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { exitedWith } from '../support/process/cli.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read'], ', introspectedBy: stock-api, tokenLifetime: 2m'),
  clientYaml('stock-api', ''),
  clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'),
);

const documentSchema = z.object({ client_id: z.string(), client_secret: z.string(), token_url: z.string() });
const answerSchema = z.object({ access_token: z.string() });
const activeSchema = z.object({ active: z.boolean() });

it('rotate --revoke-now: tokens from before are inactive where they are introspected, and later ones are not', async () => {
  const site = await Site.open();
  site.declare(MANIFESTS);
  exitedWith(0, await site.run('apply -t dev --auto-approve'));
  const stored = async (name: string) => {
    const { body } = await site.vault.request('GET', `${site.vault.mount}/data/m2m/${name}`);
    return documentSchema.parse(body?.data?.['data']);
  };
  const send = async (name: string, path: string, form: Record<string, string>): Promise<unknown> => {
    const { client_id: id, client_secret: secret, token_url: url } = await stored(name);
    const response = await fetch(url.replace(/token$/, path), {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams(form),
    });
    return response.json();
  };
  const token = async (): Promise<string> =>
    answerSchema.parse(await send('orders', 'token', { grant_type: 'client_credentials' })).access_token;
  const isActive = async (issued: string): Promise<boolean> =>
    activeSchema.parse(await send('stock-api', 'token/introspect', { token: issued })).active;

  const leaked = await token();
  expect(await isActive(leaked)).toBe(true);
  const { stdout } = exitedWith(0, await site.run('rotate -t dev orders --revoke-now'));
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    'tokens issued before are inactive where they are introspected, and accepted for up to 2m where they are not',
  );
  expect(await isActive(leaked)).toBe(false);
  // Those of the second in which it happened are among them.
  await sleep(1100);
  expect(await isActive(await token())).toBe(true);
  exitedWith(0, await site.runInVain('plan -t dev --detailed-exitcode'));

  exitedWith(0, await site.run('rotate -t dev orders --force'));
  const { stdout: rotated } = exitedWith(0, await site.run('rotate -t dev orders --revoke-now --format json'));
  const { results } = z
    .object({
      results: z.array(z.object({ tokens: z.object({ inactiveBefore: z.iso.datetime(), acceptedFor: z.number() }) })),
    })
    .parse(JSON.parse(rotated));
  expect(results.map(({ tokens }) => tokens.acceptedFor)).toEqual([120]);
  await site.close();
});
