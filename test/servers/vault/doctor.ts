/** What `doctor` looks at in Vault and OpenBao: each check where it fails, and the commands that it names, run. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckResult } from '../../../src/model/check.ts';
import { Secret } from '../../../src/model/secrets/secret.ts';
import type { VaultAuth, VaultSettings } from '../../../src/stores/vault/settings.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { openVaultStore } from '../../../src/stores/vault/index.ts';
import { documentOf, failureOf, markOf } from '../../contract/store/store-subject.ts';
import { programInImage, runCommands } from '../../support/process/run-commands.ts';
import { createVault } from '../../support/servers/vault.ts';
import type { VaultServer } from '../../support/servers/servers.ts';
import type { TestVault } from '../../support/servers/vault.ts';
import { desiredAt } from '../../support/stores/desired-at.ts';
import { commandsOf, findingOf, troubles, wordsOf } from '../../support/stores/findings.ts';

interface Product {
  readonly kind: VaultSettings['kind'];
  readonly listed: 'metadata' | 'detailed-metadata';
  readonly server: () => VaultServer;
  readonly image: () => string;
  /** Its command line, and what that takes the token from. */
  readonly command: string;
  readonly prefixOfVariables: string;
}

const PATHS = ['team-a/orders', 'team-a/stock', 'team-b/billing'];
const DESIRED = desiredAt(PATHS);

async function check(
  settings: VaultSettings,
  desired = DESIRED,
  ports = systemPorts(),
): Promise<readonly CheckResult[]> {
  const store = await openVaultStore(settings, ports, { forChecks: true });
  return (await store.checks?.(desired)) ?? [];
}

export function testDoctor(product: Product): void {
  let vault: TestVault;
  beforeAll(async () => {
    vault = await createVault(product.server());
  });
  afterAll(() => vault.remove());

  function policyText(file: string, mount = vault.mount): string {
    const hcl = readFileSync(new URL(`../../../docs/${product.kind}-${file}.hcl`, import.meta.url), 'utf8');
    return hcl.replaceAll('"secret/', `"${mount}/`);
  }

  function settingsOf(auth: VaultAuth, rest: Partial<VaultSettings> = {}, on = vault): VaultSettings {
    const { url: address, namespace, mount } = on;
    return { kind: product.kind, address, namespace, mount, prefix: 'm2m', auth, ...rest };
  }

  async function tokenWith(
    hcl: string,
    name = `doctor-${Math.random().toString(36).slice(2)}`,
    on = vault,
  ): Promise<VaultAuth> {
    await on.writePolicy(name, hcl);
    return { kind: 'token', token: new Secret(await on.createToken({ policies: [name], ttl: '30m' })) };
  }

  async function created(options: object): Promise<VaultAuth> {
    await vault.writePolicy('grantry-doctor-tokens', policyText('policy'));
    const { body } = await vault.request('POST', 'auth/token/create', {
      policies: ['grantry-doctor-tokens'],
      ...options,
    });
    return { kind: 'token', token: new Secret(body?.auth?.client_token ?? '') };
  }

  /** As an administrator. */
  function run(commands: readonly string[]): Promise<string> {
    const { command, prefixOfVariables: prefix } = product;
    const variables = ['ADDR', 'TOKEN', 'NAMESPACE'].map((name) => `${prefix}_${name}`);
    const programs = { [command]: programInImage(product.image(), variables) };
    return runCommands(commands, programs, { [`${prefix}_TOKEN`]: vault.rootToken });
  }

  describe('a login with the documented policies', () => {
    test('has no trouble, and is not said to lack the right to purge', async () => {
      const results = await check(settingsOf(await tokenWith(policyText('policy') + policyText('policy-purge'))));
      expect(troubles(results)).toEqual({});
      expect(findingOf(results, 'purge-documents')).toEqual({ kind: 'fine' });
    });

    test('for apply lacks but the right to purge, which is no trouble', async () => {
      const results = await check(settingsOf(await tokenWith(policyText('policy'))));
      expect(troubles(results)).toEqual({});
      expect(wordsOf(findingOf(results, 'purge-documents'))).toMatch(
        /"delete" on \S+\/metadata\/m2m\/team-a\/orders, /,
      );
    });

    test.each(['plan', 'rotate'] as const)('for %s has none of what that is for', async (purpose) => {
      const results = await check(settingsOf(await tokenWith(policyText(`policy-${purpose}`))));
      expect(troubles(results.filter(({ purposes }) => purposes.includes(purpose)))).toEqual({});
    });

    test('is asked about by requests that write nothing and read no document', async () => {
      const settings = settingsOf(await tokenWith(policyText('policy')));
      const store = await openVaultStore(settings, systemPorts());
      await store.write('team-c/asked', documentOf('s'), 0);
      const asked: string[] = [];
      const real = systemPorts();
      const fetch: typeof real.fetch = (url, init) => {
        asked.push(`${init?.method ?? 'GET'} ${new URL(url).pathname.slice(4)}`);
        return real.fetch(url, init);
      };
      await check(settings, desiredAt(['team-c/asked']), { ...real, fetch });
      expect(asked.filter((each) => !each.startsWith('GET '))).toEqual(['POST sys/capabilities-self']);
      expect(asked).toContain(`GET ${vault.mount}/metadata/m2m/team-c/asked`);
      expect(asked.filter((each) => each.includes('/data/'))).toEqual([]);
    });

    test('finds in a large stack what it finds in a small one', async () => {
      const many = desiredAt(Array.from({ length: 1200 }, (_, index) => `team-${index % 7}/client-${index}`));
      expect(troubles(await check(settingsOf(await tokenWith(policyText('policy'))), many))).toEqual({});
    });
  });

  describe('a login without any right', () => {
    test('has a problem with everything, and none after the commands that doctor names', async () => {
      const settings = settingsOf(await tokenWith('path "nothing/here" { capabilities = ["read"] }'));
      const before = await check(settings);
      expect(troubles(before)).toMatchObject({
        mount: 'unknown',
        'list-places': 'problem',
        'read-marks': 'problem',
        'create-marks': 'problem',
        'change-marks': 'problem',
        'read-documents': 'problem',
        'write-documents': 'problem',
        'patch-documents': 'risk',
        'read-ledger': 'problem',
        'write-ledger': 'problem',
        'hold-lock': 'problem',
        'read-settings': 'risk',
      });
      await run(commandsOf(before));
      expect(troubles(await check(settings))).toEqual({});
      const store = await openVaultStore(settings, systemPorts());
      await store.existing(PATHS);
      await store.mark('team-a/orders', markOf());
      await store.write('team-a/orders', documentOf('s-1'), 0);
      await store.write('team-a/orders', documentOf('s-2'), 1);
      for (const name of ['lock/acme-platform', 'ledger/acme-platform']) {
        const { version } = await store.writeRecord(name, {}, 0);
        await store.writeRecord(name, {}, version);
      }
      expect((await store.read('team-a/orders'))?.version).toBe(2);
      expect(await failureOf(store.purge('team-a/orders'))).toMatchObject({ code: 'NOT_ALLOWED' });
    });

    test('gets a policy where its role has none', async () => {
      const role = await vault.approle([]);
      const secretId = new Secret(role.secretId);
      const settings = settingsOf({ kind: 'approle', mount: role.mount, roleId: role.roleId, secretId });
      const before = await check(settings);
      expect(troubles(before)).toMatchObject({ 'write-documents': 'problem' });
      await run(commandsOf(before));
      expect(troubles(await check(settings))).toEqual({});
    });
  });

  describe('a policy', () => {
    test.each([
      ['list-places', product.listed, 'list', 'problem'],
      ['read-marks', 'metadata', 'read', 'problem'],
      ['create-marks', 'metadata', 'create', 'problem'],
      ['change-marks', 'metadata', 'update', 'problem'],
      ['read-documents', 'data', 'read', 'problem'],
      ['write-documents', 'data', 'update', 'problem'],
      ['patch-documents', 'data', 'patch', 'risk'],
    ])('lacks for %s, on %s, "%s": that is found and mended', async (id, part, capability, kind) => {
      const block = new RegExp(`(?<=^path "[^"]*/${part}/m2m/\\*"[^}]*?)"${capability}",? ?`, 'm');
      const hcl = policyText('policy').replace(block, '').replace(', ]', ']');
      expect(hcl).not.toBe(policyText('policy'));
      const settings = settingsOf(await tokenWith(hcl));
      const results = await check(settings);
      expect(troubles(results)).toMatchObject({ [id]: kind });
      expect(wordsOf(findingOf(results, id))).toContain(`"${capability}" on ${vault.mount}/${part}/m2m/team-a/`);
      expect(wordsOf(findingOf(results, id))).toContain(`path "${vault.mount}/${part}/m2m/*"`);
      await run(commandsOf(results));
      expect(troubles(await check(settings))).toEqual({});
    });

    test.each([
      ['read-ledger', 'data', 'read'],
      ['write-ledger', 'data', 'update'],
      ['write-ledger', 'metadata', 'create'],
      ['hold-lock', 'data', 'update'],
      ['hold-lock', 'metadata', 'create'],
    ])('lacks for %s, on %s of the records, "%s": that is found and mended', async (id, part, capability) => {
      const block = new RegExp(`(?<=^path "[^"]*/${part}/m2m/\\.grantry/\\*"[^}]*?)"${capability}",? ?`, 'm');
      const hcl = policyText('policy').replace(block, '').replace(', ]', ']');
      expect(hcl).not.toBe(policyText('policy'));
      const settings = settingsOf(await tokenWith(hcl));
      const results = await check(settings);
      expect(troubles(results)).toMatchObject({ [id]: 'problem' });
      await run(commandsOf(results));
      expect(troubles(await check(settings))).toEqual({});
    });

    test('without the settings of the mount is a risk', async () => {
      const hcl = policyText('policy').replace(/path "[^"]*\/config" \{[^}]*\}/, '');
      const results = await check(settingsOf(await tokenWith(hcl)));
      expect(troubles(results)).toMatchObject({ 'read-settings': 'risk', vanishing: 'unknown' });
    });

    test('with less for one folder is mended for that folder, and keeps what it gives there', async () => {
      const own = ['data', 'metadata'].map(
        (part) => `path "${vault.mount}/${part}/m2m/team-b/*" { capabilities = ["read"] }`,
      );
      const settings = settingsOf(await tokenWith([policyText('policy'), ...own].join('\n')));
      const results = await check(settings);
      expect(troubles(results)).toMatchObject({ 'write-documents': 'problem', 'create-marks': 'problem' });
      const words = wordsOf(findingOf(results, 'write-documents'));
      expect(words).toContain(`path "${vault.mount}/data/m2m/team-b/*" { capabilities = ["update", "read"] }`);
      expect(words).not.toContain('team-a');
      await run(commandsOf(results));
      expect(troubles(await check(settings))).toEqual({});
    });

    test('with less for one document is mended for that document', async () => {
      const own = `path "${vault.mount}/data/m2m/team-a/stock" { capabilities = ["read"] }`;
      const settings = settingsOf(await tokenWith(`${policyText('policy')}\n${own}`));
      const results = await check(settings);
      expect(wordsOf(findingOf(results, 'write-documents'))).toContain(`path "${vault.mount}/data/m2m/team-a/stock" {`);
      await run(commandsOf(results));
      expect(troubles(await check(settings))).toEqual({});
    });
  });

  describe('a token', () => {
    test('of the root is a risk', async () => {
      const results = await check(settingsOf({ kind: 'token', token: new Secret(vault.rootToken) }));
      expect(troubles(results)).toEqual({ 'token-policies': 'risk' });
    });

    test.each([
      [{ ttl: '5m', renewable: false }, /The token ends in .*, and cannot be renewed/],
      [{ num_uses: 50 }, /The token is good for \d+ more requests/],
    ])('that ends in the middle of a run is a risk, and the command gives a better one: %j', async (options, words) => {
      const results = await check(settingsOf(await created(options)));
      expect(troubles(results)).toEqual({ 'token-end': 'risk' });
      expect(wordsOf(findingOf(results, 'token-end'))).toMatch(words);
      const [, better = ''] = /^token +(\S+)$/m.exec(await run(commandsOf(results))) ?? [];
      expect(troubles(await check(settingsOf({ kind: 'token', token: new Secret(better) })))).toEqual({});
    });

    test.each([{ ttl: '5m' }, { ttl: '1h', renewable: false }])('that lasts is none: %j', async (options) => {
      expect(troubles(await check(settingsOf(await created(options))))).toEqual({});
    });

    test('that may not ask for anything of its own leaves all unknown, and claims nothing', async () => {
      const results = await check(settingsOf(await created({ no_default_policy: true })));
      expect(troubles(results)).toEqual({
        'token-policies': 'unknown',
        'token-end': 'unknown',
        'ask-rights': 'unknown',
      });
      expect(wordsOf(findingOf(results, 'ask-rights'))).toContain('path "sys/capabilities-self"');
    });
  });

  describe('a mount', () => {
    const mountsMade: string[] = [];
    afterAll(async () => {
      for (const mount of mountsMade) await vault.request('DELETE', `sys/mounts/${mount}`);
    });

    async function atMount(mount: string, type?: object): Promise<VaultSettings> {
      mountsMade.push(mount);
      if (type !== undefined) await vault.request('POST', `sys/mounts/${mount}`, type);
      return settingsOf(await tokenWith(policyText('policy', mount)), { mount });
    }

    test('that is not there is found, and made by the command', async () => {
      const settings = await atMount(`${vault.mount}-none`);
      const results = await check(settings);
      expect(troubles(results)).toEqual({ mount: 'problem' });
      await run(commandsOf(results));
      await expect.poll(async () => troubles(await check(settings)), { timeout: 10_000 }).toEqual({});
    });

    test('of version 1 is found, and upgraded by the command', async () => {
      const settings = await atMount(`${vault.mount}-old`, { type: 'kv', options: { version: '1' } });
      const results = await check(settings);
      expect(troubles(results)).toEqual({ mount: 'problem' });
      await run(commandsOf(results));
      await expect.poll(async () => troubles(await check(settings)), { timeout: 10_000 }).toEqual({});
    });

    test('of another kind is a problem without a command', async () => {
      const results = await check(await atMount(`${vault.mount}-transit`, { type: 'transit' }));
      expect(troubles(results)).toEqual({ mount: 'problem' });
      expect(commandsOf(results)).toEqual([]);
    });

    test('is refused at once by what is no look for doctor', async () => {
      const settings = await atMount(`${vault.mount}-gone`);
      expect(await failureOf(openVaultStore(settings, systemPorts()))).toMatchObject({ code: 'NOT_ALLOWED' });
    });
  });

  describe('limits', () => {
    let limited: TestVault;
    let settings: VaultSettings;
    beforeAll(async () => {
      limited = await createVault(product.server());
      settings = settingsOf(await tokenWith(policyText('policy', limited.mount)), { mount: limited.mount });
      const store = await openVaultStore(settings, systemPorts());
      for (const path of PATHS) {
        await store.mark(path, markOf());
        await store.write(path, documentOf('s'), 0);
      }
    });
    afterAll(() => limited.remove());

    test('of the mount are found, and unset by the commands', async () => {
      await limited.request('POST', `${limited.mount}/config`, { max_versions: 1, delete_version_after: '720h' });
      const results = await check(settings);
      expect(troubles(results)).toEqual({ vanishing: 'problem', 'versions-kept': 'risk' });
      expect(wordsOf(findingOf(results, 'vanishing'))).toContain('720h');
      await run(commandsOf(results));
      expect(troubles(await check(settings))).toEqual({});
    });

    test('of a place are found, and unset by the commands, which keep its mark', async () => {
      const place = `${limited.mount}/metadata/m2m/team-a/orders`;
      await limited.request('POST', place, { max_versions: 1, delete_version_after: '720h' });
      const results = await check(settings);
      expect(troubles(results)).toEqual({ vanishing: 'problem', 'versions-kept': 'risk' });
      await run(commandsOf(results));
      expect(troubles(await check(settings))).toEqual({});
      const store = await openVaultStore(settings, systemPorts());
      expect(await store.inspect('team-a/orders')).toMatchObject({ mark: markOf() });
    });

    test('that were set when a document was written are found after they were unset', async () => {
      const place = `${limited.mount}/metadata/m2m/team-b/billing`;
      await limited.request('POST', place, { delete_version_after: '720h' });
      await limited.request('POST', `${limited.mount}/data/m2m/team-b/billing`, { data: {} });
      await limited.request('POST', place, { delete_version_after: '0s' });
      const results = await check(settings);
      expect(troubles(results)).toEqual({ vanishing: 'problem' });
      expect(wordsOf(findingOf(results, 'vanishing'))).toContain('rotate those clients');
      await limited.request('POST', `${limited.mount}/data/m2m/team-b/billing`, { data: {} });
      expect(troubles(await check(settings))).toEqual({});
    });

    test('on versions are none where no client has an overlap', async () => {
      await limited.request('POST', `${limited.mount}/config`, { max_versions: 1 });
      expect(troubles(await check(settings, desiredAt(PATHS, { overlap: 0 })))).toEqual({});
      await limited.request('POST', `${limited.mount}/config`, { max_versions: 0 });
    });

    test('that ask for check-and-set are none: every document is written so', async () => {
      await limited.request('POST', `${limited.mount}/config`, { cas_required: true });
      expect(troubles(await check(settings))).toEqual({});
      const store = await openVaultStore(settings, systemPorts());
      expect(await store.write('team-a/stock', documentOf('s-2'), 1)).toBe(2);
      await store.mark('team-a/new', markOf(), { pathIsEmpty: true });
      expect(await store.write('team-a/new', documentOf('s'), 0)).toBe(1);
      expect(await store.writeRecord('lock/acme', {}, 0)).toMatchObject({ version: 1 });
      await limited.request('POST', `${limited.mount}/config`, { cas_required: false });
    });
  });

  test('a clock that is far off is a risk', async () => {
    const settings = settingsOf(await tokenWith(policyText('policy')));
    const real = systemPorts();
    for (const [ahead, words] of [
      [60_000, 'behind'],
      [-60_000, 'ahead of'],
    ] as const) {
      const ports = { ...real, clock: { ...real.clock, now: () => Date.now() + ahead } };
      const results = await check(settings, DESIRED, ports);
      expect(troubles(results)).toEqual({ clock: 'risk' });
      expect(wordsOf(findingOf(results, 'clock'))).toMatch(new RegExp(`(?:59|60|61) s ${words}`));
    }
  });
}
