import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyPlan } from '../../../src/engine/apply/apply-plan.ts';
import { planFresh, planSaved } from '../../../src/engine/plan/resolve-plan.ts';
import type { SurveyOptions } from '../../../src/engine/survey/survey-target.ts';
import type { SavedPlan } from '../../../src/model/saved-plan.ts';
import { isProven } from '../../../src/model/report.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { parseAdoption } from '../../../src/engine/plan/adoption.ts';
import { readSavedPlan } from '../../../src/engine/plan/saved/read-plan.ts';
import { savePlan } from '../../../src/engine/plan/saved/save-plan.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';

const STOCK = apiYaml('stock', ['stock:read', 'stock:write']);
const BEFORE = yaml(
  STOCK,
  clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'),
  clientYaml('audit', 'access: [{api: stock, scopes: [stock:read]}]'),
);
const AFTER = BEFORE.replace('scopes: [stock:read]', 'scopes: [stock:read], onRequest: [stock:write]');

describe('saved plans on a real Keycloak', () => {
  let bench: Workbench;
  let proxied: Workbench;
  let keycloak: CountingProxy;

  beforeAll(async () => {
    bench = await Workbench.open();
    keycloak = await startCountingProxy(bench.realm.url);
    proxied = bench.as({ keycloakUrl: keycloak.url });
    await proxied.apply(BEFORE);
  });

  afterAll(async () => {
    await keycloak.close();
    await bench.close();
  });

  async function save(manifests: string, options: SurveyOptions = {}): Promise<SavedPlan> {
    const { desired, ...ports } = await proxied.ports(manifests);
    const { plan, input } = await planFresh(desired, ports, options);
    const saved = savePlan(plan, input, { tool: '0.0.0', createdAt: new Date().toISOString(), lastApply: null });
    return readSavedPlan(JSON.stringify(saved), 'plan.json');
  }

  async function applySaved(saved: SavedPlan, manifests: string): Promise<string[]> {
    const { desired, ...ports } = await proxied.ports(manifests);
    const { plan } = await planSaved(saved, desired, ports);
    const options = {
      inFlight: 4,
      stopped: () => false,
      onResult: () => undefined,
      finishRotation: async () => undefined,
    };
    const { results } = await applyPlan(plan, { ...ports, clock: systemPorts().clock }, options);
    return results.map(({ op, address, outcome }) => `${op} ${address} ${outcome}`);
  }

  async function changeByHand(clientId: string, body: Record<string, unknown>): Promise<void> {
    const [client] = await bench.realm.admin.clients.find({ clientId });
    await bench.realm.admin.clients.update({ id: client?.id ?? '' }, body);
  }

  it('is refused, without a write, after a change by hand to a client that it touches', async () => {
    const saved = await save(AFTER);
    expect(saved.changes.map(({ op, address }) => `${op} ${address}`)).toEqual(['update Client/orders']);
    await changeByHand('orders', { standardFlowEnabled: true });
    keycloak.reset();
    await expect(applySaved(saved, AFTER)).rejects.toMatchObject({
      code: 'STALE_PLAN',
      message: expect.stringMatching(/Client\/orders: flows standard: false when planned, true now/),
    });
    expect(keycloak.writes()).toEqual([]);
    await changeByHand('orders', { standardFlowEnabled: false });
  });

  it('is refused after the secret of a client that it touches was regenerated', async () => {
    const saved = await save(AFTER);
    const [client] = await bench.realm.admin.clients.find({ clientId: 'orders' });
    await new Promise((done) => setTimeout(done, 1100));
    await bench.realm.admin.clients.generateNewClientSecret({ id: client?.id ?? '' });
    await expect(applySaved(saved, AFTER)).rejects.toMatchObject({
      code: 'STALE_PLAN',
      message: expect.stringContaining('its secret was changed'),
    });
    await proxied.apply(BEFORE);
  });

  it('still applies after a change by hand to a client that it does not touch, reading only what it touches', async () => {
    const saved = await save(AFTER);
    await changeByHand('audit', { description: 'changed by hand' });
    keycloak.reset();
    expect(await applySaved(saved, AFTER)).toEqual(['update Client/orders done']);
    expect(keycloak.requests.filter(({ path }) => path.includes('first='))).toEqual([]);
    expect((await proxied.prove(AFTER)).every(isProven)).toBe(true);
  });

  it('applied again finds everything done', async () => {
    await proxied.apply(BEFORE);
    const saved = await save(AFTER);
    await applySaved(saved, AFTER);
    keycloak.reset();
    expect(await applySaved(saved, AFTER)).toEqual([]);
    expect(keycloak.writes()).toEqual([]);
  });

  it('adopts a client with its secret, and never without a request', async () => {
    const { id } = await bench.realm.admin.clients.create({
      clientId: 'elder',
      secret: 'elder-secret-0123456789',
      standardFlowEnabled: true,
    });
    const manifests = yaml(AFTER, clientYaml('elder', 'access: [{api: stock, scopes: [stock:read]}]'));
    const { desired, ...ports } = await proxied.ports(manifests);
    const refused = await planFresh(desired, ports, {});
    expect(refused.plan.conflicts).toMatchObject([
      { address: 'Client/elder', hint: expect.stringContaining('--adopt Client/elder') },
    ]);
    const { plan } = await planFresh(desired, ports, { adoption: parseAdoption(['Client/*']) });
    expect(plan.conflicts).toEqual([]);
    expect(plan.changes.find(({ address }) => address === 'Client/elder')).toMatchObject({ op: 'adopt' });
    const options = {
      inFlight: 4,
      stopped: () => false,
      onResult: () => undefined,
      finishRotation: async () => undefined,
    };
    await applyPlan(plan, { ...ports, clock: systemPorts().clock }, options);
    expect((await bench.realm.admin.clients.getClientSecret({ id })).value).toBe('elder-secret-0123456789');
    expect((await proxied.plan(manifests)).changes).toEqual([]);
    expect((await proxied.prove(manifests)).every(isProven)).toBe(true);
  });

  it('takes nothing from another stack unless that stack is named', async () => {
    const theirs = bench.as({ stack: 'theirs' });
    await theirs.apply(clientYaml('shared', ''));
    const manifests = yaml(AFTER, clientYaml('shared', ''));
    const { desired, ...ports } = await proxied.ports(manifests);
    for (const pattern of ['Client/*', 'Client/shared@somebody']) {
      const { plan } = await planFresh(desired, ports, { adoption: parseAdoption([pattern]) });
      expect(plan.conflicts.map(({ address }) => address)).toContain('Client/shared');
    }
    const { plan } = await planFresh(desired, ports, { adoption: parseAdoption(['Client/shared@theirs']) });
    expect(plan.changes.find(({ address }) => address === 'Client/shared')).toMatchObject({ op: 'adopt' });
  });

  it('delivers what only a comparison of values showed', async () => {
    await proxied.apply(AFTER);
    await changeByHand('orders', { secret: 'set-by-hand-0123456789abcdef' });
    expect((await save(AFTER)).changes).toEqual([]);
    const saved = await save(AFTER, { checkStore: true });
    expect(await applySaved(saved, AFTER)).toEqual(['deliver Client/orders done']);
    expect((await proxied.prove(AFTER)).every(isProven)).toBe(true);
    expect(await applySaved(saved, AFTER)).toEqual([]);
  });

  describe('that deletes a client', () => {
    const WITHOUT = AFTER.slice(0, AFTER.lastIndexOf('\n---'));
    let saved: SavedPlan;
    let id: string;

    beforeAll(async () => {
      await proxied.apply(AFTER);
      saved = await save(WITHOUT);
      expect(saved.changes).toMatchObject([{ op: 'delete', address: 'Client/audit' }]);
      id = (await bench.realm.admin.clients.find({ clientId: 'audit' }))[0]?.id ?? '';
    });

    async function expectRefused(how: string): Promise<void> {
      keycloak.reset();
      await expect(applySaved(saved, WITHOUT)).rejects.toMatchObject({
        code: 'STALE_PLAN',
        message: expect.stringContaining(`Client/audit: ${how}`),
      });
      expect(keycloak.writes()).toEqual([]);
    }

    it('does not take it for deleted when it has another name', async () => {
      await bench.realm.admin.clients.update({ id }, { clientId: 'auditor' });
      await expectRefused('clientId: "audit" when planned, "auditor" now');
      await bench.realm.admin.clients.update({ id }, { clientId: 'audit' });
    });

    it.each([
      ['theirs', 'client audit belongs to the stack theirs now'],
      ['', 'client audit carries no mark any more'],
    ])('nor when it has the mark "%s"', async (stack, how) => {
      await bench.realm.admin.clients.update({ id }, { attributes: { 'grantry.stack': stack } });
      await expectRefused(how);
      await bench.realm.admin.clients.update({ id }, { attributes: { 'grantry.stack': 'acme' } });
    });

    it('nor when both changed at once', async () => {
      const attributes = { 'grantry.stack': 'theirs' };
      await bench.realm.admin.clients.update({ id }, { clientId: 'auditor', attributes });
      await expectRefused('client auditor belongs to the stack theirs now');
      await bench.realm.admin.clients.update({ id }, { clientId: 'audit', attributes: { 'grantry.stack': 'acme' } });
    });

    it('deletes it, and finds it deleted', async () => {
      expect(await applySaved(saved, WITHOUT)).toEqual(['delete Client/audit done']);
      expect(await applySaved(saved, WITHOUT)).toEqual([]);
    });
  });

  it('adopts an Api only when each of its scopes is named: those of another stack, and those of nobody', async () => {
    await bench.as({ stack: 'theirs' }).apply(apiYaml('mixed', ['mixed:read']));
    await bench.realm.admin.clientScopes.create({ name: 'mixed:write', protocol: 'openid-connect' });
    const manifests = yaml(AFTER, apiYaml('mixed', ['mixed:read', 'mixed:write']));
    const { desired, ...ports } = await proxied.ports(manifests);
    const conflictsWith = async (...patterns: string[]): Promise<string[]> => {
      const { plan } = await planFresh(desired, ports, { adoption: parseAdoption(patterns) });
      return plan.conflicts.map(({ reason }) => reason);
    };
    const theirs = 'client scope mixed:read belongs to the stack theirs';
    const nobodys = expect.stringContaining('client scope mixed:write exists already');
    expect(await conflictsWith()).toEqual([theirs, nobodys]);
    expect(await conflictsWith('Api/mixed@theirs')).toEqual([nobodys]);
    expect(await conflictsWith('Api/*')).toEqual([theirs]);
    const adoption = parseAdoption(['Api/mixed@theirs', 'Api/mixed']);
    const { plan } = await planFresh(desired, ports, { adoption });
    expect(plan.conflicts).toEqual([]);
    expect(plan.changes.find(({ address }) => address === 'Api/mixed')).toMatchObject({ from: [null, 'theirs'] });
    const options = {
      inFlight: 4,
      stopped: () => false,
      onResult: () => undefined,
      finishRotation: async () => undefined,
    };
    await applyPlan(plan, { ...ports, clock: systemPorts().clock }, options);
    expect((await proxied.plan(manifests)).changes).toEqual([]);
  });
});
