/** The programs of an administrator of the servers of the tests, who is logged in to them. */
import { inject } from 'vitest';
import { programInImage, runCommands } from './run-commands.ts';

/** Pastes commands that output names, of Keycloak and of Vault. */
export function runAsAdministrator(commands: readonly string[]): Promise<string> {
  const { url, username, password } = inject('keycloak');
  const image = `--entrypoint /opt/keycloak/bin/kcadm.sh ${inject('keycloakImage')}`;
  const login = `--no-config --server ${url} --realm master --user ${username}`;
  const programs = {
    'kcadm.sh': programInImage(image, ['KC_CLI_PASSWORD']).replace('"$@"', `"$@" ${login}`),
    vault: programInImage(inject('vaultImage'), ['VAULT_ADDR', 'VAULT_TOKEN']),
  };
  return runCommands(commands, programs, {
    KC_CLI_PASSWORD: password,
    VAULT_TOKEN: inject('vault').rootToken,
  });
}
