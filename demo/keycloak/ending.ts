import { ENVIRONMENT_FILE } from './environment-file.ts';
import { ADMIN } from './keycloak-settings.ts';
import { seconds } from '../progress.ts';
import type { StartedServers } from '../setting.ts';
import { TARGET_FILE } from '../workplace.ts';
import type { DemoTarget } from '../workplace.ts';

/** The last words when everything was removed. */
export function endingLines(elapsedMs: number): string[] {
  return [
    `That was the story, in ${seconds(elapsedMs)}. The servers and their data are removed; nothing is left to clean up.`,
    '',
    'Try next',
    ...rows([
      ['npm run demo -- --keep', 'the same, and the servers stay to play with'],
      ['grantry init', 'a first set of manifests, for a Keycloak of yours'],
      ['grantry --help', 'all commands; README.md shows how to put plan and apply in CI'],
    ]),
  ];
}

/** The last words when the servers stay: how to use them and how to remove them. */
export function keptLines(
  elapsedMs: number,
  { keycloak, store }: StartedServers,
  { name }: DemoTarget,
  directory: string,
): string[] {
  const stop = store.kind === 'vault' ? joinStops(keycloak.stopCommand, store.stopCommand) : keycloak.stopCommand;
  return [
    `That was the story, in ${seconds(elapsedMs)}. The servers are kept:`,
    ...rows([
      [keycloak.url, `Keycloak: user ${ADMIN}, password in $KEYCLOAK_ADMIN_PASSWORD`],
      ...(store.kind === 'vault' ? [[store.url, 'Vault: token in $VAULT_TOKEN'] as const] : []),
    ]),
    '',
    'Try next',
    ...rows([
      [`cd ${directory}`, ''],
      [`. ./${ENVIRONMENT_FILE}`, 'sets these variables, and grantry, for your shell'],
      [`grantry plan -t ${name} --targets ${TARGET_FILE}`, 'after you changed a file in manifests/'],
    ]),
    '',
    'Clean up',
    ...rows([
      [stop, ''],
      [`rm -rf ${directory}`, ''],
    ]),
  ];
}

function joinStops(first: string, second: string): string {
  return `${first} ${second.split(' ').at(-1) ?? ''}`;
}

/** Commands with remarks beside them; a long command has its remark on the next line. */
function rows(entries: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...entries.map(([command]) => (command.length > WIDEST ? 0 : command.length)));
  return entries.flatMap(([command, remark]) => {
    if (remark === '') return [`  ${command}`];
    if (command.length > WIDEST) return [`  ${command}`, `      ${remark}`];
    return [`  ${command.padEnd(width)}   ${remark}`];
  });
}

/** A command that is longer has a line of its own. */
const WIDEST = 45;
