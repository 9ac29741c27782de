/**
 * The policies in docs/ allow the actions that each kind of run takes, and the requests are signed as AWS checks it. moto looks at
 * actions only: that resources are those of the prefix is read here, and was not tried at AWS.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { AwsV4Signer } from 'aws4fetch';
import { Secret } from '../../../src/model/secrets/secret.ts';
import type { CheckResult } from '../../../src/model/check.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import type { Ports } from '../../../src/platform/ports.ts';
import { awsStoreWith } from '../../../src/stores/aws/index.ts';
import type { AwsKeys } from '../../../src/stores/aws/credentials.ts';
import type { Store } from '../../../src/stores/store.ts';
import { documentOf, failureOf, freshPath, markOf } from '../../contract/store/store-subject.ts';
import { createAws, nameOf } from '../../support/servers/aws.ts';
import { portsOver } from '../../support/servers/ports-over.ts';
import { startMoto } from '../../support/servers/moto.ts';
import type { AwsServer, Stoppable } from '../../support/servers/moto.ts';
import { desiredAt } from '../../support/stores/desired-at.ts';
import { commandsOf, findingOf, troubles, wordsOf } from '../../support/stores/findings.ts';

const policySchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z.array(
    z.strictObject({
      Sid: z.string(),
      Effect: z.literal('Allow'),
      Action: z.array(z.string()),
      Resource: z.string(),
    }),
  ),
});
type Policy = z.infer<typeof policySchema>;
type PolicyName = 'plan' | 'apply' | 'rotate' | 'purge';

function policy(name: PolicyName): Policy {
  return policySchema.parse(
    JSON.parse(readFileSync(new URL(`../../../docs/aws-policy-${name}.json`, import.meta.url), 'utf8')),
  );
}

const started: Stoppable[] = [];
let server: AwsServer;
const users = new Map<string, AwsKeys>();

beforeAll(async () => {
  server = await startMoto(inject('motoServer'), started);
  const names = ['plan', 'apply', 'rotate', 'purge'] as const;
  await makeUser('all', {
    ...policy('apply'),
    Statement: [...policy('apply').Statement, ...policy('purge').Statement],
  });
  for (const name of names) await makeUser(name, policy(name));
  for (const action of actionsOf('apply')) await makeUser(`without-${action}`, without(policy('apply'), action));
  // From now on moto checks signatures and policies.
  await fetch(`${server.url}/moto-api/reset-auth`, { method: 'POST', body: '0' });
});
afterAll(() => Promise.all(started.map((each) => each.stop())));

function actionsOf(name: PolicyName): string[] {
  const all = policy(name).Statement.flatMap(({ Action }) =>
    Action.map((action) => action.replace('secretsmanager:', '')),
  );
  return [...new Set(all)];
}

function without({ Statement, ...rest }: Policy, action: string): Policy {
  const fewer = Statement.map((each) => ({
    ...each,
    Action: each.Action.filter((one) => one !== `secretsmanager:${action}`),
  }));
  return { ...rest, Statement: fewer.filter(({ Action }) => Action.length > 0) };
}

/** moto asks of every action whether it is allowed on `*`. */
async function makeUser(name: string, { Statement, ...rest }: Policy): Promise<void> {
  const everywhere = { ...rest, Statement: Statement.map((each) => ({ ...each, Resource: '*' })) };
  await iam({ Action: 'CreateUser', UserName: name });
  await iam({ Action: 'PutUserPolicy', UserName: name, PolicyName: 'p', PolicyDocument: JSON.stringify(everywhere) });
  const answer = await iam({ Action: 'CreateAccessKey', UserName: name });
  const [, accessKeyId = ''] = /<AccessKeyId>([^<]+)/.exec(answer) ?? [];
  const [, key = ''] = /<SecretAccessKey>([^<]+)/.exec(answer) ?? [];
  users.set(name, { accessKeyId, secretAccessKey: new Secret(key), sessionToken: undefined });
}

async function iam(parameters: Record<string, string>): Promise<string> {
  const body = new URLSearchParams({ ...parameters, Version: '2010-05-08' }).toString();
  const keys = { accessKeyId: 'root', secretAccessKey: 'root', service: 'iam', region: 'us-east-1' };
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { headers: signed } = await new AwsV4Signer({
    method: 'POST',
    url: `${server.url}/`,
    headers,
    body,
    ...keys,
  }).sign();
  const response = await fetch(`${server.url}/`, { method: 'POST', headers: signed, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${parameters['Action']}: ${text}`);
  return text;
}

const PREFIX = 'm2m-policies';

/** AWS's names of what moto says in XML and by its own names. */
const NAMES: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
};

const ports = portsOver(async (url, init) => {
  const answer = await systemPorts().fetch(url, init);
  if (answer.ok || answer.headers.get('content-type') === 'application/json') return answer;
  const text = await answer.text();
  const [, code = ''] = /<Code>([^<]+)/.exec(text) ?? [];
  const [, message = ''] = /<Message>([^<]+)/.exec(text) ?? [];
  return Response.json({ __type: NAMES[code] ?? code, message }, { status: 400 });
});

function storeOf(user: string, own: Ports = ports): Store {
  const keys = users.get(user);
  if (keys === undefined) throw new Error(`there is no ${user}`);
  return awsStoreWith(createAws(server).settings({ prefix: PREFIX }), async () => keys, own);
}

/** What runs of `apply` do, one step per kind of call, with others at work between them; returns the first failure. */
async function everything(store: Store): Promise<unknown> {
  const path = freshPath();
  try {
    await store.existing([path]);
    await store.mark(path, markOf('orders', { notes: { step: 'issued' } }), { pathIsEmpty: true });
    await store.write(path, documentOf('s-1'), 0);
    await store.mark(path, markOf('other'));
    await store.write(path, documentOf('s-2'), 1);
    await storeOf('purge').purge(freshPath());
    await deletedByHand(store, path);
    await store.write(path, documentOf('s-3'), 2);
    const { version } = await store.writeRecord(path, { some: 'record' }, 0);
    await store.writeRecord(path, { other: 'record' }, version);
    expect((await store.readRecord(path)).version).toBe(2);
    await changedByHand(store, path);
    expect((await store.inspect(path))?.version).toBe(4);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** As somebody with all rights. */
async function byHand(action: string, input: object): Promise<Record<string, unknown>> {
  const { accessKeyId = '', secretAccessKey } = users.get('all') ?? {};
  const body = JSON.stringify(input);
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `secretsmanager.${action}` };
  const keys = { accessKeyId, secretAccessKey: secretAccessKey?.reveal() ?? '' };
  const scope = { service: 'secretsmanager', region: 'eu-central-1' };
  const signer = new AwsV4Signer({ method: 'POST', url: `${server.url}/`, headers, body, ...keys, ...scope });
  const response = await fetch(`${server.url}/`, { method: 'POST', headers: (await signer.sign()).headers, body });
  if (!response.ok) throw new Error(`${action}: ${await response.text()}`);
  return z.record(z.string(), z.unknown()).parse(await response.json());
}

async function deletedByHand(store: Store, path: string): Promise<void> {
  await byHand('DeleteSecret', { SecretId: nameOf(store.locate(path)), RecoveryWindowInDays: 7 });
}

async function changedByHand(store: Store, path: string): Promise<void> {
  const SecretId = nameOf(store.locate(path));
  const { VersionId: from } = await byHand('GetSecretValue', { SecretId, VersionStage: 'AWSCURRENT' });
  const put = { SecretId, SecretString: '{"client_id":"x"}', VersionStages: ['by-hand'] };
  const { VersionId: to } = await byHand('PutSecretValue', put);
  const move = { VersionStage: 'AWSCURRENT', MoveToVersionId: to, RemoveFromVersionId: from };
  await byHand('UpdateSecretVersionStage', { SecretId, ...move });
}

describe('the policy for apply', () => {
  test('is enough, and does not allow to purge', async () => {
    const store = storeOf('apply');
    expect(await everything(store)).toBeUndefined();
    expect(await failureOf(store.purge('team/x'))).toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining(`secretsmanager:DeleteSecret on ${PREFIX}/team/x`),
      hint: expect.stringContaining('aws-policy-purge.json'),
    });
  });

  test.each(actionsOf('apply'))('needs %s: the error names it', async (action) => {
    expect(await everything(storeOf(`without-${action}`))).toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining(`secretsmanager:${action}`),
    });
  });
});

describe('the policy for plan', () => {
  test('is enough to look at places, and to read a record', async () => {
    const path = freshPath();
    await storeOf('apply').write(path, documentOf('s-1'), 0);
    const store = storeOf('plan');
    expect(await store.existing([path, freshPath()])).toEqual(new Set([path]));
    expect(await store.inspect(path)).toMatchObject({ version: 1 });
    expect(await store.readRecord('ledger/none')).toMatchObject({ version: 0 });
    expect(await failureOf(store.write(path, documentOf('s-2'), 1))).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await failureOf(store.mark(path, markOf()))).toMatchObject({ code: 'NOT_ALLOWED' });
  });

  test('allows values of the ledger only', () => {
    const reads = policy('plan').Statement.filter(({ Action }) => Action.includes('secretsmanager:GetSecretValue'));
    expect(reads.map(({ Resource }) => Resource)).toEqual([
      expect.stringMatching(/:secret:m2m\/\.grantry\/ledger\/\*$/),
    ]);
  });
});

describe('the policy for rotate', () => {
  test('is enough to replace what is there, and makes no document', async () => {
    const path = freshPath();
    await storeOf('apply').write(path, documentOf('s-1'), 0);
    const store = storeOf('rotate');
    await store.mark(path, markOf('orders', { notes: { rotation: '{}' } }));
    expect(await store.write(path, documentOf('s-2'), 1)).toBe(2);
    await store.mark(path, markOf('orders'));
    const creating = policy('rotate').Statement.filter(({ Action }) => Action.includes('secretsmanager:CreateSecret'));
    expect(creating.map(({ Resource }) => Resource)).toEqual([expect.stringMatching(/:secret:m2m\/\.grantry\/\*$/)]);
  });
});

test('every policy reaches secrets of the prefix only; names are listed everywhere, since AWS has it no other way', () => {
  for (const name of ['plan', 'apply', 'rotate', 'purge'] as const) {
    for (const { Action, Resource } of policy(name).Statement) {
      const isListing = Action.every((action) => action === 'secretsmanager:ListSecrets');
      expect([name, Resource.includes(':secret:m2m/'), Resource === '*']).toEqual([name, !isListing, isListing]);
    }
  }
});

test('a key that was mistyped is refused, with where to look', async () => {
  const keys = { accessKeyId: users.get('plan')?.accessKeyId ?? '', secretAccessKey: new Secret('x'.repeat(40)) };
  const settings = createAws(server).settings();
  const store = awsStoreWith(settings, async () => ({ ...keys, sessionToken: undefined }), ports);
  expect(await failureOf(store.inspect('a/b'))).toMatchObject({
    code: 'NOT_ALLOWED',
    message: expect.stringContaining('credentials are not accepted'),
  });
});

/** moto looks at no resources: a policy is for all of them. */
async function carryOut(command: string): Promise<void> {
  const [, user = '', name = '', document = ''] =
    /^aws iam put-user-policy --user-name '?([^' ]+)'? --policy-name (\S+) --policy-document '([^']+)'$/.exec(
      command,
    ) ?? [];
  const [statement] = z.object({ Statement: z.array(z.looseObject({})) }).parse(JSON.parse(document)).Statement;
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Resource: '*' }] });
  // One request without a look at its signature.
  await fetch(`${server.url}/moto-api/reset-auth`, { method: 'POST', body: '1' });
  await iam({ Action: 'PutUserPolicy', UserName: user, PolicyName: name, PolicyDocument });
}

/** As AWS is where it rotates every secret by itself. */
const rotating: Ports['fetch'] = async (url, init) => {
  const answer = await ports.fetch(url, init);
  const isLook = String(new Headers(init?.headers).get('x-amz-target')).endsWith('DescribeSecret');
  if (!isLook || !answer.ok) return answer;
  return Response.json({ ...z.looseObject({}).parse(await answer.json()), RotationEnabled: true });
};

/** STS that answers this. */
function stsSaying(text: string): Ports['fetch'] {
  return async (url, init) => {
    const isAsked = typeof init?.body === 'string' && init.body.startsWith('Action=GetCallerIdentity');
    return isAsked ? new Response(text) : ports.fetch(url, init);
  };
}

describe('what doctor looks at', () => {
  const PATHS = ['doctor/orders', 'doctor/stock'];

  function check(user: string, rest: Partial<Ports> = {}): Promise<readonly CheckResult[]> {
    const own = { ...ports, env: { AWS_ENDPOINT_URL_STS: server.url }, ...rest };
    return storeOf(user, own).checks?.(desiredAt(PATHS)) ?? Promise.resolve([]);
  }

  beforeAll(async () => {
    await storeOf('apply').write(PATHS[0] ?? '', documentOf('canary-value'), 0);
  });

  const UNKNOWN = { 'write-secrets': 'unknown' };

  test('is no trouble with the policy for apply; whether it may write stays unknown, with a command that says it', async () => {
    const results = await check('apply');
    expect(troubles(results)).toEqual(UNKNOWN);
    expect(wordsOf(findingOf(results, 'login-identity'))).toBe('arn:aws:iam::123456789012:user/apply');
    expect(commandsOf(results)).toEqual([
      expect.stringContaining('--policy-source-arn arn:aws:iam::123456789012:user/apply'),
    ]);
    for (const action of actionsOf('apply').filter((each) => !/^(?:List|Get|Describe)/.test(each))) {
      expect(commandsOf(results)[0]).toContain(`secretsmanager:${action}`);
    }
  });

  test.each(['plan', 'rotate'] as const)('is no trouble for %s with its policy', async (purpose) => {
    const results = (await check(purpose)).filter(({ purposes }) => purposes.includes(purpose));
    expect(results.length).toBeGreaterThan(3);
    expect(Object.values(troubles(results))).not.toContain('problem');
  });

  test.each([
    ['ListSecrets', { 'list-secrets': 'problem' }],
    ['DescribeSecret', { 'describe-secrets': 'problem', 'deleted-secrets': 'unknown', 'rotated-secrets': 'unknown' }],
    ['ListSecretVersionIds', { 'list-versions': 'problem' }],
    ['GetSecretValue', { 'read-ledger': 'problem', 'read-documents': 'problem' }],
  ])('is a problem without %s, and none after the command', async (action, found) => {
    const results = await check(`without-${action}`);
    expect(troubles(results)).toEqual({ ...UNKNOWN, ...found });
    const [id = ''] = Object.keys(found);
    expect(wordsOf(findingOf(results, id))).toContain(`may not take secretsmanager:${action}`);
    for (const command of commandsOf(results)) if (command.includes('put-user-policy')) await carryOut(command);
    expect(troubles(await check(`without-${action}`))).toEqual(UNKNOWN);
  });

  test('reads no value: GetSecretValue is asked for a version that there is not', async () => {
    const answers: string[] = [];
    const fetch: Ports['fetch'] = async (url, init) => {
      const answer = await ports.fetch(url, init);
      const text = await answer.text();
      answers.push(text);
      return new Response(text, answer);
    };
    const results = await check('apply', { fetch });
    expect(answers.length).toBeGreaterThan(5);
    expect(answers.join('\n')).not.toContain('canary-value');
    expect(wordsOf(findingOf(results, 'deleted-secrets'))).toBe('1 of 2 documents is there in eu-central-1');
  });

  test('is a risk where a document is going to be deleted, until the command took that back', async () => {
    const [, path = ''] = PATHS;
    const store = storeOf('apply');
    await store.write(path, documentOf('s'), 0);
    await deletedByHand(store, path);
    const results = await check('apply');
    expect(troubles(results)).toEqual({ ...UNKNOWN, 'deleted-secrets': 'risk' });
    const [, SecretId = ''] = /restore-secret --secret-id '?([^' ]+)'?/.exec(commandsOf(results).join('\n')) ?? [];
    await byHand('RestoreSecret', { SecretId });
    expect(troubles(await check('apply'))).toEqual(UNKNOWN);
  });

  test('is a problem where AWS rotates a document itself', async () => {
    const results = await check('apply', { fetch: rotating });
    expect(troubles(results)).toMatchObject({ 'rotated-secrets': 'problem' });
    expect(commandsOf(results).join('\n')).toContain('cancel-rotate-secret');
  });

  test('is a risk with the keys of the root, and unknown where STS is silent', async () => {
    const root = '<Arn>arn:aws:iam::123456789012:root</Arn>';
    expect(troubles(await check('apply', { fetch: stsSaying(root) }))).toEqual({
      ...UNKNOWN,
      'login-identity': 'risk',
    });
    expect(troubles(await check('apply', { fetch: stsSaying('no') }))).toEqual({
      ...UNKNOWN,
      'login-identity': 'unknown',
    });
    const role = '<Arn>arn:aws:sts::123456789012:assumed-role/grantry-plan/session</Arn>';
    const commands = commandsOf(await check('apply', { fetch: stsSaying(role) }));
    expect(commands.join('\n')).toContain('arn:aws:iam::123456789012:role/grantry-plan');
  });

  test('is a risk where the clocks differ', async () => {
    const clock = { ...ports.clock, now: () => Date.now() + 60_000 };
    expect(troubles(await check('apply', { clock }))).toEqual({ ...UNKNOWN, clock: 'risk' });
  });
});
