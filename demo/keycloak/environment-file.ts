import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADMIN, ADMIN_PASSWORD_VARIABLE } from './keycloak-settings.ts';
import { PACKAGE_ROOT } from '../package-root.ts';
import type { StartedServers } from '../setting.ts';
import { SECRET_VARIABLE } from '../workplace.ts';
import type { DemoTarget } from '../workplace.ts';

export const ENVIRONMENT_FILE = 'env.sh';

const PROGRAM = join(PACKAGE_ROOT, 'dist/main.js');

/** Writes what a shell sources to go on with servers that are kept: how to get the credentials, never the credentials. */
export function writeEnvironmentFile(directory: string, servers: StartedServers, target: DemoTarget): void {
  writeFileSync(join(directory, ENVIRONMENT_FILE), environmentFile(servers, target), { mode: 0o600 });
}

/** Reads the credentials out of the environment of the servers, and grantry's own from Keycloak. */
export function environmentFile({ keycloak, store }: StartedServers, { realm, clientId }: DemoTarget): string {
  const login = `--no-config --server ${keycloak.kcadm.server} --realm master --user ${ADMIN}`;
  const query = `-r ${realm} -q clientId=${clientId} --fields secret --format csv --noquotes`;
  const kcadm = `KC_CLI_PASSWORD="$KEYCLOAK_ADMIN_PASSWORD" ${keycloak.kcadm.command}`;
  return [
    '# No credential stands here: they are read out of the running servers. Source it: . ./env.sh',
    `export KEYCLOAK_ADMIN_PASSWORD="$(${keycloak.printVariable(ADMIN_PASSWORD_VARIABLE)})"`,
    ...(store.kind === 'vault'
      ? [`export VAULT_ADDR='${store.url}'`, `export VAULT_TOKEN="$(${store.printRootToken})"`]
      : [`export GRANTRY_AGE_KEY="$(${store.printIdentity})"`]),
    `export ${SECRET_VARIABLE}="$(${kcadm} get clients ${login} ${query} 2>/dev/null)"`,
    `grantry() { '${process.execPath}' '${PROGRAM}' "$@"; }`,
    '',
  ].join('\n');
}
