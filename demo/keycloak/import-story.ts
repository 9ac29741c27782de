import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { GrantryError } from '../../src/model/errors.ts';
import { BY_HAND, MADE_BY_HAND, makeByHand } from './hand-made.ts';
import type { Cast } from './story.ts';

const ADOPT = '--adopt Client/* --adopt Api/*';
/** The file of the team whose client asks for tokens. */
const FILE = 'manifests/team-checkout.yaml';

/** From a realm that people made by hand to manifests, without one service noticing. */
export async function tellImport({ stage, directory, keycloak, target }: Cast): Promise<void> {
  const { name, realm } = target;
  const secret = await makeByHand(keycloak, realm);
  const before = await claimsOf(keycloak.url, realm, secret);

  stage.act('A realm as people make it', `By hand somebody made ${MADE_BY_HAND}. No manifest speaks of them.`);
  stage.act('Doctor: is everything there that grantry needs?', 'It asks the servers, and writes nothing.');
  await stage.run(`doctor -t ${name} --for plan --for apply`);

  stage.act(
    'Import: manifests of what is there',
    'It reads the realm. What manifests cannot say is left alone, with the reason.',
  );
  await stage.run(`import -t ${name} --owner-from attributes.team`);
  stage.print('', `${FILE}:`, ...linesOf(directory, FILE));
  await stage.run('validate');

  stage.act('Plan: everything is adopted, and not a field changes');
  await stage.run(`plan -t ${name} ${ADOPT}`);
  stage.act('Apply: from now on the manifests say it');
  await stage.run(`apply -t ${name} ${ADOPT} --auto-approve`);

  const after = await claimsOf(keycloak.url, realm, secret);
  if (after !== before) throw new GrantryError('FAILED', `the tokens of ${BY_HAND} are not what they were`);
  stage.act(
    'No service noticed',
    `${BY_HAND} still has its secret, and its tokens say to the letter what they said before:`,
  );
  stage.print('', `  ${after}`);

  stage.act(
    "What is nobody's yet",
    'import --check is for CI: it fails while M2M clients are there that no manifest declares.',
  );
  await stage.run(`import -t ${name} --check`, 1);

  stage.act(
    'A team lets the store have its credential',
    `Until now ${BY_HAND} keeps its secret itself (credential.deliver: false). Without that line the secret that is in force is delivered, and only then can it be rotated.`,
  );
  const file = join(directory, FILE);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^ {2}credential: \{deliver: false\}\n/m, ''));
  await stage.run(`apply -t ${name} --auto-approve`);
  await stage.run(`status -t ${name}`);
}

/** All that a token of it says, but for what is another in every token. */
async function claimsOf(url: string, realm: string, secret: string): Promise<string> {
  const answer = await fetch(`${url}/realms/${realm}/protocol/openid-connect/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${encodeURIComponent(BY_HAND)}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'inventory:write' }),
  });
  const body: unknown = await answer.json();
  const token = typeof body === 'object' && body !== null && 'access_token' in body ? body.access_token : undefined;
  if (typeof token !== 'string') throw new GrantryError('FAILED', `${BY_HAND} gets no token (${answer.status})`);
  const { iat: _iat, exp: _exp, jti: _jti, sid: _sid, auth_time: _time, ...claims } = decodeJwt(token);
  return JSON.stringify(claims);
}

function linesOf(directory: string, file: string): string[] {
  const path = join(directory, file);
  const names = readdirSync(join(directory, 'manifests'));
  if (!names.some((name) => file.endsWith(name))) throw new GrantryError('FAILED', `there is no ${file}`);
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}
