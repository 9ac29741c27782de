import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { CheckResult } from '../../../src/model/check.ts';
import { Secret } from '../../../src/model/secrets/secret.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { openVaultStore } from '../../../src/stores/vault/index.ts';
import { failureOf, markOf } from '../../contract/store/store-subject.ts';
import { programInImage, runCommands } from '../../support/process/run-commands.ts';
import { createVault } from '../../support/servers/vault.ts';
import type { TestVault } from '../../support/servers/vault.ts';
import { desiredAt } from '../../support/stores/desired-at.ts';
import { commandsOf, findingOf, troubles, wordsOf } from '../../support/stores/findings.ts';
import { testDoctor } from './doctor.ts';

testDoctor({
  kind: 'openbao',
  listed: 'detailed-metadata',
  server: () => inject('openbao'),
  image: () => inject('openbaoImage'),
  command: 'bao',
  prefixOfVariables: 'BAO',
});

describe('in a namespace of OpenBao', () => {
  let vault: TestVault;
  let token: Secret;
  beforeAll(async () => {
    vault = await createVault(inject('openbao'), { inNamespace: true });
    await vault.writePolicy('doctor', 'path "nothing/here" { capabilities = ["read"] }');
    token = new Secret(await vault.createToken({ policies: ['doctor'], ttl: '30m' }));
  });
  afterAll(() => vault.remove());

  function open() {
    const { url: address, namespace, mount } = vault;
    const settings = {
      kind: 'openbao',
      address,
      namespace,
      mount,
      prefix: '',
      auth: { kind: 'token', token },
    } as const;
    return openVaultStore(settings, systemPorts(), { forChecks: true });
  }

  async function check(): Promise<readonly CheckResult[]> {
    return (await (await open()).checks?.(desiredAt(['a/orders', 'b/orders', 'plain']))) ?? [];
  }

  function run(commands: readonly string[]): Promise<string> {
    const variables = ['BAO_ADDR', 'BAO_TOKEN', 'BAO_NAMESPACE'];
    const programs = { bao: programInImage(inject('openbaoImage'), variables) };
    return runCommands(commands, programs, { BAO_TOKEN: vault.rootToken });
  }

  test('the commands are for that namespace, also where there is no prefix', async () => {
    const before = await check();
    expect(troubles(before)).toMatchObject({ 'write-documents': 'problem', 'list-places': 'problem' });
    expect(wordsOf(findingOf(before, 'scan-folders'))).toContain(`"scan" on ${vault.mount}/detailed-metadata/: each`);
    await run(commandsOf(before));
    expect(troubles(await check())).toEqual({});
  });

  test('a mount that takes metadata by check-and-set alone is found: no mark can be set there, until the command unset that', async () => {
    await vault.request('POST', `${vault.mount}/config`, { metadata_cas_required: true });
    const store = await open();
    expect(await failureOf(store.mark('a/orders', markOf(), { pathIsEmpty: true }))).toMatchObject({ code: 'FAILED' });
    const results = await check();
    expect(troubles(results)).toEqual({ 'plain-marks': 'problem' });
    await run(commandsOf(results));
    expect(troubles(await check())).toEqual({});
    await store.mark('a/orders', markOf(), { pathIsEmpty: true });
  });
});
