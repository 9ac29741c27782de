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
import { tellImport } from './import-story.ts';
import { tellStory } from './story.ts';
import { makeWorkplace, removeExample, SECRET_VARIABLE, TARGET_FILE, writeTarget } from '../workplace.ts';

export interface KeycloakDemoOptions {
  /** Which story: of the example, or of a realm that people made by hand. */
  readonly story: 'example' | 'import';
  /** The servers and the working directory stay when the story has come to its end. */
  readonly keep: boolean;
  /** Folders in which JDKs are looked for; default the usual ones. */
  readonly jdkPlaces?: readonly string[];
}

type Story = KeycloakDemoOptions['story'];

/** Beside other manifests the Target needs no option. */
const FILE_OF_TARGET: Readonly<Record<Story, string>> = { example: TARGET_FILE, import: 'manifests/target.yaml' };

/** The whole story on a throw-away Keycloak and Vault. Whatever happens, nothing of it is left, unless it is to be kept. */
export async function demoKeycloak({ story, keep, jdkPlaces }: KeycloakDemoOptions, io: CommandIo): Promise<void> {
  const style = makeStyle(io.stdout);
  io.stdout.write(`${[style.bold('grantry demo'), ...wrap(introduce(story, keep), style.width)].join('\n')}\n\n`);
  const leftovers = collectLeftovers();
  try {
    const way = await chooseWay({ io }, jdkPlaces);
    const setting = makeSetting(io, leftovers, keep);
    await play(way, story, setting);
  } catch (error) {
    throw io.signal.aborted ? stopped() : error;
  } finally {
    for (const what of leftovers.removeAll()) io.stderr.write(`could not be removed: ${what}\n`);
  }
}

const STORIES: Readonly<Record<Story, string>> = {
  example: 'The example in manifests/ on a throw-away Keycloak and Vault: plan, apply, proof, drift and repair.',
  import: 'A realm that people made by hand, on a throw-away Keycloak and Vault: doctor, import, adoption.',
};

function introduce(story: Story, keep: boolean): string {
  return (
    `${STORIES[story]} It takes about a ` +
    `minute and ${keep ? 'keeps' : 'removes'} what it makes; Ctrl-C ends it at any time.`
  );
}

function makeSetting(io: CommandIo, leftovers: Leftovers, keep: boolean): Setting {
  const ports = systemPorts(io.env, io.signal);
  return { io, ports, leftovers, keep, directory: makeWorkplace(io.env, leftovers) };
}

async function play(way: Way, story: Story, setting: Setting): Promise<void> {
  const { io, ports, directory, leftovers, keep } = setting;
  const begun = ports.clock.now();
  const style = makeStyle(io.stdout);
  io.stdout.write(`${wrap(way.words, style.width).join('\n')}\n`);
  const servers = await startServers(way, setting);
  if (story === 'import') removeExample(directory);
  const target = writeTarget(directory, servers, io.env, FILE_OF_TARGET[story]);
  const secret = await makeRealm(servers.keycloak, target);
  const env = { ...target.env, [SECRET_VARIABLE]: secret };
  const commandIo = { ...io, env, cwd: directory };
  const stage = new Stage(commandIo, style);
  stage.say(
    `The realm ${target.realm} is made, and in it ${target.clientId}, the client with which grantry works: its service ` +
      `account has the roles ${GRANTRY_ROLES.join(' and ')}, and no others.`,
  );
  const cast = { stage, io: commandIo, directory, keycloak: servers.keycloak, target };
  await (story === 'import' ? tellImport(cast) : tellStory(cast));
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
