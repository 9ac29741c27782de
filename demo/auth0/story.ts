import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity } from 'age-encryption';
import type { CommandIo } from '../../src/cli/context.ts';
import { makeStyle } from '../../src/report/index.ts';
import type { Leftovers } from '../leftovers.ts';
import { showCredential } from '../show-credential.ts';
import { Stage } from '../stage.ts';
import { makeWorkplace } from '../workplace.ts';
import { driftByHand } from './drift-by-hand.ts';
import { tenantIn, TENANT_VARIABLES } from './tenant.ts';
import type { DemoTenant } from './tenant.ts';

const HERO = 'order-service';
const TARGET = 'tenant';
const TARGET_FILE = 'target.yaml';
const LINE = `-t ${TARGET} --targets ${TARGET_FILE}`;

const OVERRIDE = `  overrides:
    ${TARGET}: {introspectedBy: null}
`;

/** What the acts need: `act` runs a command on the tenant, `show` prints a file of the working directory. */
interface Cast {
  readonly stage: Stage;
  readonly act: (line: string, expected?: number) => Promise<void>;
  readonly show: (file: string) => void;
}

/** The acts on an emulated tenant, from manifests to drift and repair. */
export async function tellStory(processIo: CommandIo, leftovers: Leftovers): Promise<void> {
  const begun = performance.now();
  const tenant = tenantIn(processIo.env);
  const io = await prepare(processIo, tenant, leftovers);
  const stage = new Stage(io, makeStyle(io.stdout));
  const cast: Cast = {
    stage,
    act: (line, expected) => stage.run(`${line} ${LINE}`, expected),
    show: (file) => stage.print('', ...indented(readFileSync(join(io.cwd, file), 'utf8'))),
  };
  await manifests(cast);
  await fromPlanToTokens(cast, io);
  await driftAndRepair(cast, tenant);
  stage.print(
    '',
    `That was the story, in ${((performance.now() - begun) / 1000).toFixed(0)} s. How to do it with a tenant of yours: docs/auth0.md.`,
  );
}

async function prepare(io: CommandIo, tenant: DemoTenant, leftovers: Leftovers): Promise<CommandIo> {
  const cwd = makeWorkplace(io.env, leftovers);
  writeFileSync(join(cwd, TARGET_FILE), targetManifest(tenant));
  appendFileSync(join(cwd, 'manifests/apis/inventory.yaml'), OVERRIDE);
  return { ...io, env: { ...io.env, GRANTRY_AGE_KEY: await generateIdentity() }, cwd };
}

async function manifests({ stage, show }: Cast): Promise<void> {
  stage.say(
    'grantry demo: the example in manifests/ on an emulated tenant of Auth0, and no real one. The emulator is the one of the ' +
      'tests, held to recorded traffic. Encrypted files stand in for Vault. Nothing leaves this machine, and nothing is left of it.',
  );
  stage.act('Who may call what is written down', `manifests/clients/${HERO}.yaml:`);
  show(`manifests/clients/${HERO}.yaml`);
  stage.print('');
  stage.say(
    `And ${TARGET_FILE}. Auth0 puts every granted scope into every token: onRequestScopes: grant says that this is known. It has ` +
      'no introspection either, so an override in manifests/apis/inventory.yaml takes introspectedBy away here.',
  );
  show(TARGET_FILE);
  await stage.run(`validate --targets ${TARGET_FILE}`);
}

async function fromPlanToTokens({ stage, act }: Cast, io: CommandIo): Promise<void> {
  stage.act(
    'Plan: what must change, for a review',
    'The tenant has none of it, so everything is new. Plan changes nothing.',
  );
  await act('plan --out plan.json');

  stage.act(
    'Apply: make it so, and prove it',
    'Exactly the plan that was reviewed, or nothing. Auth0 makes the secrets; they go straight to the store. Then each client asks ' +
      'for a real token for each Api that it may call, and one that it may not call must be refused.',
  );
  await act('apply plan.json');

  stage.act('A second plan finds nothing to do');
  await act('plan');

  stage.act(`What ${HERO} has now`);
  await showCredential(HERO, { target: TARGET, targets: TARGET_FILE }, stage, io);
}

async function driftAndRepair({ stage, act }: Cast, tenant: DemoTenant): Promise<void> {
  stage.act(
    'Somebody changes a client by hand',
    `Through the Management API somebody lets users log in with ${HERO}, grants it billing:read and rotates its secret, so that the ` +
      'one in the store works no more. Auth0 does not say when a secret was made: --check-store compares the two.',
  );
  await driftByHand(tenant, HERO);
  await act('plan --check-store --detailed-exitcode --out repair.json', 2);

  stage.act('Apply repairs it', 'The new secret is delivered as it is: nobody is cut off a second time.');
  await act('apply repair.json');

  stage.act('Verify proves every client again, from the credentials in the store');
  await act('verify');
}

function targetManifest({ domain, clientId }: DemoTenant): string {
  return `apiVersion: grantry/v1
kind: Target
metadata: {name: ${TARGET}}
spec:
  stack: acme-platform
  provider:
    auth0:
      domain: ${domain}
      auth: {clientId: ${clientId}, clientSecret: "\${env:${TENANT_VARIABLES.clientSecret}}"}
      onRequestScopes: grant
  store:
    file: {path: .grantry/secrets, identity: "\${env:GRANTRY_AGE_KEY}"}
`;
}

function indented(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}
