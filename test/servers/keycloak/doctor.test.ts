/** What `doctor` looks at in a realm: each check where it fails, and the commands that it names, run by Keycloak's own program. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { CheckFinding, CheckResult } from '../../../src/model/check.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import type { Ports } from '../../../src/platform/ports.ts';
import { hasTrait } from '../../../src/providers/keycloak/versions/traits.ts';
import { makeProviderOpener } from '../../../src/providers/open.ts';
import { PROVIDERS } from '../../../src/providers/registry.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';
import { runCommands } from '../../support/process/run-commands.ts';
import { startKeycloakAhead } from '../../support/servers/keycloak-ahead.ts';
import { createRealm } from '../../support/servers/realm.ts';
import { commandsOf, findingOf, troubles, wordsOf } from '../../support/stores/findings.ts';

const STOCK = apiYaml('stock', ['stock:read']);
const ACCESS = 'access: [{api: stock, scopes: [stock:read]}]';
const PLAIN = yaml(STOCK, clientYaml('orders', ACCESS));
const ROLES = yaml(STOCK, clientYaml('audit', 'keycloak: {serviceAccountRoles: {realm: [auditor]}}'));
const NO_OVERLAP = '{overlap: 0s}';
const { version } = inject('keycloak');

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

/** The workbench, as an account with these rights. */
async function accountWith(roles: readonly string[], of = bench): Promise<Workbench> {
  const { clientId, clientSecret } = await of.realm.serviceAccount(roles);
  return of.as({ auth: `{clientId: ${clientId}, clientSecret: "\${env:ACCOUNT}"}`, env: { ACCOUNT: clientSecret } });
}

async function check(
  of: Workbench,
  manifests: string,
  ports: Ports = systemPorts(),
): Promise<readonly CheckResult[]> {
  const desired = of.desired(manifests);
  const provider = await makeProviderOpener(PROVIDERS).open(desired.target.provider, ports);
  return (await provider.checks?.(desired)) ?? [];
}

/** As an administrator of the server. */
function run(commands: readonly string[]): Promise<string> {
  const { url, username, password } = inject('keycloak');
  const container = `docker run --rm -i --network host -e KC_CLI_PASSWORD --entrypoint /opt/keycloak/bin/kcadm.sh ${inject('keycloakImage')}`;
  const login = `--no-config --server ${url} --realm master --user ${username}`;
  const programs = { 'kcadm.sh': `#!/bin/sh\nexec ${container} "$@" ${login}\n` };
  return runCommands(commands, programs, { KC_CLI_PASSWORD: password });
}

function rightsOf(results: readonly CheckResult[]): Readonly<Record<string, CheckFinding['kind']>> {
  const isRight = (id: string): boolean => /^(view|manage)-/.test(id);
  return Object.fromEntries(results.filter(({ id }) => isRight(id)).map(({ id, finding }) => [id, finding.kind]));
}

describe('an account without any right', () => {
  it('lacks all that is declared takes, and nothing after the commands that doctor names', async () => {
    const account = await accountWith([]);
    const before = await check(account, ROLES);
    expect(troubles(before)).toMatchObject({
      'view-clients': 'problem',
      'view-users': 'problem',
      'view-realm': 'problem',
      'manage-clients': 'problem',
      'manage-users': 'problem',
      'manage-realm': 'problem',
      'view-events': 'problem',
    });
    await run(commandsOf(before));
    const between = await check(account, ROLES);
    expect(troubles(between)).toEqual({ 'login-events': 'problem' });
    await run(commandsOf(between));
    expect(troubles(await check(account, ROLES))).toEqual({});
    await bench.realm.admin.roles.create({ name: 'auditor' });
    const { results } = await account.apply(ROLES);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done', 'done', 'done']);
  }, 300_000);
});
