/** A Target that gets another store: every credential goes along without a rotation, on real servers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiYaml, clientYaml, yaml } from '../../support/bench/workbench.ts';
import { exitedWith } from '../../support/process/cli.ts';
import { openTestAws } from '../../support/stores/aws.ts';
import { openTestFiles } from '../../support/stores/file.ts';
import { openTestKubernetes } from '../../support/stores/kubernetes.ts';
import { StoreSite } from '../../support/stores/store-site.ts';
import type { OpenTestStore, TestStore } from '../../support/stores/test-store.ts';
import { openTestOpenbao, openTestVault } from '../../support/stores/vault.ts';

/** From and to; another store is one more line. */
const MOVES: readonly (readonly [string, OpenTestStore, string, OpenTestStore])[] = [
  ['Vault', openTestVault, 'OpenBao', openTestOpenbao],
  ['OpenBao', openTestOpenbao, 'Vault', openTestVault],
  ['Vault', openTestVault, 'files', openTestFiles],
  ['Vault', openTestVault, 'Kubernetes', openTestKubernetes],
  ['Vault', openTestVault, 'AWS Secrets Manager', openTestAws],
];

const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read']),
  clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}], credential: {path: team/orders}'),
  clientYaml('report', 'access: [{api: stock, scopes: [stock:read]}], credential: {path: team/report}'),
);
const PATHS = ['team/orders', 'team/report'];

describe.each(MOVES)('from %s', (_from, openFrom, to, openTo) => {
  describe(`to ${to}`, () => {
    let site: StoreSite;
    let before: TestStore;
    let after: TestStore;
    /** In the store before, when the overlap of a rotation is under way. */
    let previous: Readonly<Record<string, unknown>> | undefined;

    // The tests are one story, in order.
    beforeAll(async () => {
      [site, before, after] = await Promise.all([StoreSite.open(), openFrom(), openTo()]);
      site.declare(MANIFESTS, { store: before });
      exitedWith(0, await site.run('apply -t dev --auto-approve'));
      previous = await before.read('team/orders');
      exitedWith(0, await site.run('rotate -t dev orders --force'));
    });

    afterAll(async () => {
      await Promise.all([site.close(), before.close(), after.close()]);
    });

    it('plan shows every credential as to be delivered, and writes nothing', async () => {
      site.declare(MANIFESTS, { store: after, formerStore: before });
      for (const store of [before, after]) await store.reset();
      const { stdout } = exitedWith(2, await site.run('plan -t dev --detailed-exitcode --format json'));
      const { changes } = JSON.parse(stdout);
      const deliveries = changes.map(({ op, delivery }: { op: string; delivery: object }) => ({ op, ...delivery }));
      const moved = { op: 'deliver', reason: 'moved', movedFrom: expect.any(String), leftPlace: expect.any(String) };
      expect(deliveries).toEqual([moved, moved].map((each) => expect.objectContaining(each)));
      expect([await before.writes(), await after.writes()]).toEqual([[], []]);
    });

    it('apply copies the credentials; nothing is rotated, and an overlap goes on', async () => {
      const there = await Promise.all(PATHS.map((path) => before.read(path)));
      site.keycloak.reset();
      exitedWith(0, await site.run('apply -t dev --auto-approve'));
      const here = await Promise.all(PATHS.map((path) => after.read(path)));
      expect(here.map((document) => document?.['client_secret'])).toEqual(
        there.map((document) => document?.['client_secret']),
      );
      expect(await Promise.all([previous, ...here].map((document) => site.tokenWith(document)))).toEqual([
        200, 200, 200,
      ]);
      expect(here[0]?.['overlap_until']).toBe(there[0]?.['overlap_until']);
      expect(site.keycloak.writes().filter(({ path }) => path.includes('client-secret'))).toEqual([]);
      expect(await Promise.all(PATHS.map((path) => before.read(path)))).toEqual(there);
    });

    it('the documents before are marked as retired', async () => {
      expect(await Promise.all(PATHS.map((path) => before.stateOf(path)))).toEqual(['retired', 'retired']);
    });

    it('then a plan is empty, with the former store and without, and a second apply writes nothing', async () => {
      for (const store of [before, after]) await store.reset();
      exitedWith(0, await site.run('apply -t dev --auto-approve'));
      expect([await before.writes(), await after.writes()]).toEqual([[], []]);
      site.declare(MANIFESTS, { store: after });
      exitedWith(0, await site.run('plan -t dev --detailed-exitcode --check-store'));
      exitedWith(0, await site.run('verify -t dev'));
    });

    it('the way back without a former store leaves what it comes from as it is', async () => {
      site.declare(MANIFESTS, { store: before });
      exitedWith(0, await site.run('apply -t dev --auto-approve'));
      expect(await Promise.all(PATHS.map((path) => before.stateOf(path)))).toEqual(['active', 'active']);
      expect(await Promise.all(PATHS.map((path) => after.stateOf(path)))).toEqual(['active', 'active']);
      exitedWith(0, await site.run('plan -t dev --detailed-exitcode'));
    });

    it('no secret was printed', async () => {
      const held = [...(await before.secrets()), ...(await after.secrets())];
      expect(new Set(held).size).toBe(3);
      const tokens = [...Object.values(before.env), ...Object.values(after.env)];
      expect(site.leaksOf([...held, ...tokens])).toEqual([]);
    });
  });
});
