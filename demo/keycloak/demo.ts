import type { CommandIo } from '../../src/cli/context.ts';
import { GrantryError } from '../../src/model/errors.ts';
import { systemPorts } from '../../src/platform/ports.ts';
import { makeStyle } from '../../src/report/index.ts';
import { wrap } from '../../src/report/render/width.ts';
import { endingLines, keptLines } from './ending.ts';
import { writeEnvironmentFile } from './environment-file.ts';
import { collectLeftovers } from '../leftovers.ts';
import type { Leftovers } from '../leftovers.ts';
import { GRANTRY_ROLES, makeRealm } from './realm.ts';
import { chooseWay, startServers } from './servers.ts';
import type { Way } from './servers.ts';
import type { Setting } from '../setting.ts';
import { Stage } from '../stage.ts';
import { tellStory } from './story.ts';
import { makeWorkplace, SECRET_VARIABLE, writeTarget } from '../workplace.ts';

export interface KeycloakDemoOptions {
  /** The servers and the working directory stay when the story has come to its end. */
  readonly keep: boolean;
  /** Folders in which JDKs are looked for; default the usual ones. */
  readonly jdkPlaces?: readonly string[];
}

/** The whole story on a throw-away Keycloak and Vault. Whatever happens, nothing of it is left, unless it is to be kept. */
export async function demoKeycloak({ keep, jdkPlaces }: KeycloakDemoOptions, io: CommandIo): Promise<void> {
  const style = makeStyle(io.stdout);
  io.stdout.write(`${[style.bold('grantry demo'), ...wrap(introduce(keep), style.width)].join('\n')}\n\n`);
  const leftovers = collectLeftovers();
  try {
    const way = await chooseWay({ io }, jdkPlaces);
    const setting = makeSetting(io, leftovers, keep);
    await play(way, setting);
  } catch (error) {
    throw io.signal.aborted ? stopped() : error;
  } finally {
    for (const what of leftovers.removeAll()) io.stderr.write(`could not be removed: ${what}\n`);
  }
}

function introduce(keep: boolean): string {
  return (
    'The example in manifests/ on a throw-away Keycloak and Vault: plan, apply, proof, drift and repair. It takes about a ' +
    `minute and ${keep ? 'keeps' : 'removes'} what it makes; Ctrl-C ends it at any time.`
  );
}

function makeSetting(io: CommandIo, leftovers: Leftovers, keep: boolean): Setting {
  const ports = systemPorts(io.env, io.signal);
  return { io, ports, leftovers, keep, directory: makeWorkplace(io.env, leftovers) };
}

async function play(way: Way, setting: Setting): Promise<void> {
  const { io, ports, directory, leftovers, keep } = setting;
  const begun = ports.clock.now();
  const style = makeStyle(io.stdout);
  io.stdout.write(`${wrap(way.words, style.width).join('\n')}\n`);
  const servers = await startServers(way, setting);
  const target = writeTarget(directory, servers, io.env);
  const secret = await makeRealm(servers.keycloak, target);
  const env = { ...target.env, [SECRET_VARIABLE]: secret };
  const commandIo = { ...io, env, cwd: directory };
  const stage = new Stage(commandIo, style);
  stage.say(
    `The realm ${target.realm} is made, and in it ${target.clientId}, the client with which grantry works: its service ` +
      `account has the roles ${GRANTRY_ROLES.join(' and ')}, and no others.`,
  );
  await tellStory({ stage, io: commandIo, directory, keycloak: servers.keycloak, target });
  stage.print('');
  const elapsed = ports.clock.now() - begun;
  if (keep) {
    writeEnvironmentFile(directory, servers, target);
    leftovers.keepAll();
    stage.print(...keptLines(elapsed, servers, target, directory));
    return;
  }
  for (const what of leftovers.removeAll()) io.stderr.write(`could not be removed: ${what}\n`);
  stage.print(...endingLines(elapsed));
}

function stopped(): GrantryError {
  return new GrantryError('INTERRUPTED', 'the demo was stopped; what it had made is removed');
}
