// The acts of the demo on an emulated tenant of Auth0. demo-auth0.mjs starts the tenant, and this as a process of its own:
// Node reads at its start which certificates to trust.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity } from 'age-encryption';
import {
  BrokenOutputs,
  apply,
  collectLeftovers,
  exitCodeOf,
  GrantryError,
  makeProcessIo,
  makeStyle,
  makeWorkplace,
  plan,
  showCredential,
  Stage,
  validate,
  verify,
} from '../dist/demo/kit.js';

const { DEMO_AUTH0_DOMAIN: domain = '', DEMO_AUTH0_CLIENT: clientId = '' } = process.env;
const HERO = 'order-service';
const TARGET = 'tenant';
const TARGET_FILE = 'target.yaml';
const LINE = `-t ${TARGET} --targets ${TARGET_FILE}`;
const OPTIONS = { target: [TARGET], targets: TARGET_FILE };

const OVERRIDE = `  overrides:
    ${TARGET}: {introspectedBy: null}
`;

const broken = new BrokenOutputs();
broken.watch(process.stdout, process.stderr);
const processIo = makeProcessIo([], '', broken);
const { signal } = processIo;
const leftovers = collectLeftovers();
try {
  await tellStory();
} catch (error) {
  process.exitCode = tellError(signal.aborted ? stopped() : error);
} finally {
  for (const what of leftovers.removeAll()) process.stderr.write(`could not be removed: ${what}\n`);
}

async function tellStory() {
  const begun = performance.now();
  const directory = makeWorkplace(process.env, leftovers);
  writeFileSync(join(directory, TARGET_FILE), targetManifest());
  appendFileSync(join(directory, 'manifests/apis/inventory.yaml'), OVERRIDE);
  const env = { ...process.env, GRANTRY_AGE_KEY: await generateIdentity() };
  const io = { ...processIo, env, cwd: directory };
  const stage = new Stage(io, makeStyle(io.stdout));
  const act = (line, run, options, expected = 0) =>
    stage.run({ line: `${line} ${LINE}`, run, options: { ...OPTIONS, ...options }, expected });
  const show = (file) =>
    stage.tell('', ...readFileSync(join(directory, file), 'utf8').trimEnd().split('\n').map(indent));

  stage.say(
    'grantry demo: the example in manifests/ on an emulated tenant of Auth0, and no real one. The emulator is the one of the ' +
      'tests, held to recorded traffic. Encrypted files stand in for Vault. Nothing leaves this machine, and nothing is left of it.',
  );
  stage.act('Who may call what is written down', `manifests/clients/${HERO}.yaml:`);
  show(`manifests/clients/${HERO}.yaml`);
  stage.tell('');
  stage.say(
    `And ${TARGET_FILE}. Auth0 puts every granted scope into every token: onRequestScopes: grant says that this is known. It has ` +
      'no introspection either, so an override in manifests/apis/inventory.yaml takes introspectedBy away here.',
  );
  show(TARGET_FILE);
  await stage.run({
    line: `validate --targets ${TARGET_FILE}`,
    run: validate,
    options: { targets: TARGET_FILE },
    expected: 0,
  });

  stage.act(
    'Plan: what must change, for a review',
    'The tenant has none of it, so everything is new. Plan changes nothing.',
  );
  await act('plan --out plan.json', plan, { out: 'plan.json' });

  stage.act(
    'Apply: make it so, and prove it',
    'Exactly the plan that was reviewed, or nothing. Auth0 makes the secrets; they go straight to the store. Then each client asks ' +
      'for a real token for each Api that it may call, and one that it may not call must be refused.',
  );
  await act('apply plan.json', apply, { args: ['plan.json'] });

  stage.act('A second plan finds nothing to do');
  await act('plan', plan, {});

  stage.act(`What ${HERO} has now`);
  await showCredential(HERO, OPTIONS, stage, io);

  stage.act(
    'Somebody changes a client by hand',
    `Through the Management API somebody lets users log in with ${HERO}, grants it billing:read and rotates its secret, so that the ` +
      'one in the store works no more. Auth0 does not tell when a secret was made: --check-store compares the two.',
  );
  await driftByHand();
  await act(
    'plan --check-store --detailed-exitcode --out repair.json',
    plan,
    {
      checkStore: true,
      detailedExitcode: true,
      out: 'repair.json',
    },
    2,
  );

  stage.act('Apply repairs it', 'The new secret is delivered as it is: nobody is cut off a second time.');
  await act('apply repair.json', apply, { args: ['repair.json'] });

  stage.act('Verify proves every client again, from the credentials in the store');
  await act('verify', verify, {});
  stage.tell(
    '',
    `That was the story, in ${((performance.now() - begun) / 1000).toFixed(0)} s. How to do it with a tenant of yours: docs/auth0.md.`,
  );
}

function targetManifest() {
  return `apiVersion: grantry/v1
kind: Target
metadata: {name: ${TARGET}}
spec:
  stack: acme-platform
  provider:
    auth0:
      domain: ${domain}
      auth: {clientId: ${clientId}, clientSecret: "\${env:GRANTRY_AUTH0_SECRET}"}
      onRequestScopes: grant
  store:
    file: {path: .grantry/secrets, identity: "\${env:GRANTRY_AGE_KEY}"}
`;
}

/** With the only account that there is; nothing of what is answered is shown. */
async function driftByHand() {
  const json = { 'content-type': 'application/json' };
  const ask = async (method, path, body, headers = {}) => {
    const answer = await fetch(`https://${domain}${path}`, {
      method,
      headers: { ...json, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok)
      throw new GrantryError('FAILED', `the tenant refuses a change by hand: ${method} ${path}, ${answer.status}`);
    return answer.json();
  };
  const { access_token: token } = await ask('POST', '/oauth/token', {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: process.env.GRANTRY_AUTH0_SECRET,
    audience: `https://${domain}/api/v2/`,
  });
  const manage = (method, path, body) => ask(method, `/api/v2${path}`, body, { authorization: `Bearer ${token}` });
  const { clients } = await manage('GET', '/clients?take=100&fields=client_id,name&include_fields=true');
  const id = clients.find(({ name }) => name === HERO)?.client_id;
  await manage('PATCH', `/clients/${id}`, { grant_types: ['client_credentials', 'authorization_code'] });
  await manage('POST', '/client-grants', {
    client_id: id,
    audience: 'https://billing.internal',
    scope: ['billing:read'],
  });
  await manage('POST', `/clients/${id}/rotate-secret`);
}

function indent(line) {
  return `  ${line}`;
}

function stopped() {
  return new GrantryError('INTERRUPTED', 'the demo was stopped; what it had made is removed');
}

function tellError(error) {
  if (error instanceof GrantryError) {
    process.stderr.write(`error: ${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`);
    return exitCodeOf(error.code);
  }
  // The message may quote anything, and so a secret.
  process.stderr.write(
    `error: the demo failed (${error instanceof Error ? error.name : 'Error'})\nThis is a bug: please report it.\n`,
  );
  return 1;
}
