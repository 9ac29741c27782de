/** A client that a manifest disables: refused by the server, its credential kept, and let in again with the same one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askForToken, readDocument } from '../support/process/ask-for-token.ts';
import { exitedWith } from '../support/process/cli.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const ACCESS = 'access: [{api: stock, scopes: [stock:read], onRequest: [stock:write]}]';
const SHUT_OUT = '401 invalid_client';

function manifests(state: string, introspector = 'enabled'): string {
  return yaml(
    apiYaml('stock', ['stock:read', 'stock:write'], ', introspectedBy: stock-api'),
    clientYaml('stock-api', `state: ${introspector}`),
    clientYaml('orders', `state: ${state}, ${ACCESS}`),
    clientYaml('signer', `state: ${state}, auth: private_key_jwt, ${ACCESS}`),
    clientYaml('courier', ACCESS),
  );
}

describe('a client that is disabled', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
    site.declare(manifests('enabled'));
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
  });
  afterAll(() => site.close());

  const byHand = async (client: string, enabled: boolean): Promise<void> => {
    const [found] = await site.realm.admin.clients.find({ clientId: client });
    await site.realm.admin.clients.update({ id: found?.id ?? '' }, { ...found, enabled });
  };

  // The tests are one story, in order.

  it('plan: says loudly that it is shut out, and verify finds that it is not yet', async () => {
    site.declare(manifests('disabled'));
    const { stdout } = exitedWith(2, await site.runInVain('plan -t dev --detailed-exitcode'));
    expect(stdout).toMatch(/state +enabled → disabled +▲ shuts the client out: no token any more/);
    expect(stdout).toContain('2 clients are shut out');
    const early = exitedWith(1, await site.run('verify -t dev orders'));
    expect(early.stdout).toContain('a token is refused: the client is disabled');
    expect(early.stdout).toContain('a token was issued');
  });

  it('apply: the server refuses it, its document stays as it is, and that is proven', async () => {
    const before = await readDocument(site, 'orders');
    const applied = exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect(applied.stdout).toContain('2 changes done. 2 clients proven.');
    expect(await askForToken(site, 'orders')).toBe(SHUT_OUT);
    expect(await readDocument(site, 'orders')).toEqual(before);
    exitedWith(0, await site.runInVain('verify -t dev'));
    const again = exitedWith(0, await site.runInVain('plan -t dev --detailed-exitcode --check-store'));
    expect(again.stdout).toContain('everything is as declared');
    expect(await askForToken(site, 'courier')).toMatchObject({ type: 'bearer' });
  });

  it('rotate: refuses it by its name and leaves it out of all, and status says why', async () => {
    const named = exitedWith(3, await site.runInVain('rotate -t dev orders'));
    expect(named.stderr).toContain('client orders is disabled');
    expect(named.stderr).toContain('spec.state');
    const due = exitedWith(0, await site.runInVain('rotate -t dev --due'));
    expect(due.code).toBe(0);
    const all = exitedWith(0, await site.run('rotate -t dev --all --auto-approve'));
    expect(all.stdout).toContain('2 credentials rotated');
    expect(all.stderr + all.stdout).toContain('orders, signer are disabled and left out');
    expect(exitedWith(0, await site.run('status -t dev')).stdout).toMatch(/Client\/orders .*none: disabled/);
  });

  it.each(['orders', 'signer'])('rotate: replaces what leaked of %s all the same', async (client) => {
    const { stdout } = exitedWith(0, await site.run(`rotate -t dev ${client} --revoke-now`));
    expect(stdout).toContain('1 credential rotated');
    expect(stdout).toContain('no credential of it is accepted');
    exitedWith(0, await site.runInVain('plan -t dev --detailed-exitcode'));
  });

  it('drift by hand: one that somebody enabled is found, and disabled again', async () => {
    await byHand('orders', true);
    expect((await site.runInVain('verify -t dev orders')).code).toBe(1);
    exitedWith(2, await site.runInVain('plan -t dev --detailed-exitcode'));
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect(await askForToken(site, 'orders')).toBe(SHUT_OUT);
  });

  it('apply: lets it in again with the credential that it had, and the plan says that this widens access', async () => {
    const { client_secret: kept } = await readDocument(site, 'orders');
    site.declare(manifests('enabled'));
    const { stdout } = exitedWith(0, await site.runInVain('plan -t dev'));
    expect(stdout).toMatch(/state +disabled → enabled +▲ widens access/);
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect(await askForToken(site, 'orders')).toMatchObject({ type: 'bearer' });
    expect((await readDocument(site, 'orders')).client_secret).toBe(kept);
    exitedWith(0, await site.runInVain('verify -t dev'));
  });

  it('drift by hand: one that is declared as enabled and was disabled is enabled again', async () => {
    await byHand('orders', false);
    expect(exitedWith(3, await site.runInVain('rotate -t dev orders')).stderr).toContain('it is disabled');
    expect(exitedWith(0, await site.run('status -t dev')).stdout).toContain('it is disabled at the provider');
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect(await askForToken(site, 'orders')).toMatchObject({ type: 'bearer' });
  });

  it('a client that introspects and is disabled: leaves the tokens of others good, and validate warns of it', async () => {
    site.declare(manifests('enabled', 'disabled'));
    expect((await site.run('validate')).stdout).toContain('Client "stock-api" is disabled');
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    const { stdout } = exitedWith(0, await site.run('verify -t dev'));
    expect(stdout).toContain('stock-api is disabled');
  });
});
