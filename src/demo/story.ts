import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run as apply } from '../commands/apply.ts';
import { run as plan } from '../commands/plan.ts';
import { run as validate } from '../commands/validate.ts';
import { run as verify } from '../commands/verify.ts';
import type { CommandIo, CommandOptions } from '../commands/context.ts';
import { driftByHand, FOREIGN_SCOPE } from './realm.ts';
import type { StartedKeycloak } from './setting.ts';
import { showCredential } from './show-credential.ts';
import type { Stage } from './stage.ts';
import { TARGET_FILE } from './workplace.ts';
import type { DemoTarget } from './workplace.ts';

/** The client that the story is about. */
const HERO = 'order-service';

const PLAN_FILE = 'plan.json';

/** Everything that the acts need. */
export interface Cast {
  readonly stage: Stage;
  /** That of the commands. */
  readonly io: CommandIo;
  readonly directory: string;
  readonly keycloak: StartedKeycloak;
  readonly target: DemoTarget;
}

/** The acts, from manifests to drift and repair. */
export async function tellStory(cast: Cast): Promise<void> {
  await fromManifestsToTokens(cast);
  await driftAndRepair(cast);
}

async function fromManifestsToTokens({ stage, io, directory, target }: Cast): Promise<void> {
  const { line, options } = selecting(target);
  stage.act('Who may call what is written down', `manifests/clients/${HERO}.yaml:`);
  stage.tell('', ...manifestLines(directory));
  const checked = { line: `validate --targets ${TARGET_FILE}`, run: validate, expected: 0 };
  await stage.run({ ...checked, options: { targets: TARGET_FILE } });

  stage.act('Plan: what must change, for a review', 'The realm is empty, so everything is new. Plan changes nothing.');
  const out = { ...options, out: PLAN_FILE };
  await stage.run({ line: `plan ${line} --out ${PLAN_FILE}`, run: plan, options: out, expected: 0 });

  stage.act(
    'Apply: make it so, and prove it',
    'Exactly the plan that was reviewed, or nothing. Secrets go straight to the store. Then each client asks for real tokens: they must ' +
      'show exactly what was granted, and a scope that was not granted must be refused.',
  );
  const reviewed = { ...options, args: [PLAN_FILE] };
  await stage.run({ line: `apply ${line} ${PLAN_FILE}`, run: apply, options: reviewed, expected: 0 });

  stage.act('A second plan finds nothing to do');
  await stage.run({ line: `plan ${line}`, run: plan, options, expected: 0 });

  stage.act(`What ${HERO} has now`);
  await showCredential(HERO, options, stage, io);
}

async function driftAndRepair({ stage, keycloak, target }: Cast): Promise<void> {
  const { line, options } = selecting(target);
  stage.act(
    'Somebody changes a client by hand',
    `In ${HERO} somebody switches on logins with passwords (direct access grants), adds the scope ${FOREIGN_SCOPE} and ` +
      'regenerates the secret, so that the one in the store works no more. Plan finds all three, and with ' +
      '--detailed-exitcode it tells CI by exit code 2.',
  );
  await driftByHand(keycloak, target.realm, HERO);
  const detailed = { ...options, detailedExitcode: true };
  await stage.run({ line: `plan ${line} --detailed-exitcode`, run: plan, options: detailed, expected: 2 });

  stage.act('Apply repairs it', 'The new secret is delivered as it is: nobody is cut off a second time.');
  await stage.run({ line: `apply ${line} --auto-approve`, run: apply, options: approved(options), expected: 0 });

  stage.act('Verify proves every client again, from the credentials in the store');
  await stage.run({ line: `verify ${line}`, run: verify, options, expected: 0 });
}

function selecting({ name }: DemoTarget): { line: string; options: Partial<CommandOptions> } {
  return { line: `-t ${name} --targets ${TARGET_FILE}`, options: { target: [name], targets: TARGET_FILE } };
}

function approved(options: Partial<CommandOptions>): Partial<CommandOptions> {
  return { ...options, autoApprove: true };
}

function manifestLines(directory: string): string[] {
  const text = readFileSync(join(directory, `manifests/clients/${HERO}.yaml`), 'utf8');
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => `  ${line}`);
}
