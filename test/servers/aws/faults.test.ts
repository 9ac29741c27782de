/** What goes wrong between grantry and AWS Secrets Manager: lost answers, crashes, others at work, refusals. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { z } from 'zod';
import { systemPorts } from '../../../src/platform/ports.ts';
import { openAwsStore } from '../../../src/stores/aws/index.ts';
import type { AwsSettings } from '../../../src/stores/aws/settings.ts';
import type { Store } from '../../../src/stores/store.ts';
import { documentOf, failureOf, freshPath, markOf } from '../../contract/store/store-subject.ts';
import { AWS_KEYS, createAws, nameOf } from '../../support/servers/aws.ts';
import type { TestAws } from '../../support/servers/aws.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy, Fault } from '../../support/servers/counting-proxy.ts';
import { secretIn } from '../../support/stored-secrets.ts';

let aws: TestAws;
let proxy: CountingProxy;

beforeAll(async () => {
  for (const [name, value] of Object.entries(AWS_KEYS)) vi.stubEnv(name, value);
  aws = createAws(inject('aws'));
  proxy = await startCountingProxy(aws.url, { oneAtATime: true });
});
afterEach(() => proxy.reset());
afterAll(async () => {
  vi.unstubAllEnvs();
  await proxy.close();
});

function open(rest: Partial<AwsSettings> = {}): Promise<Store> {
  // No pauses: they are the clock's.
  const ports = systemPorts();
  const clock = { ...ports.clock, sleep: async () => undefined };
  return openAwsStore(aws.settings({ endpoint: proxy.url, ...rest }), { ...ports, clock });
}

function breakAt(action: string, fault: Fault, rest: { nth?: number; times?: number } = {}): void {
  proxy.inject({ fault, match: ({ path }) => path === `/${action}`, ...rest });
}

function refusal(type: string, message = '', status = 400): Fault {
  const headers = { 'content-type': 'application/x-amz-json-1.1', date: new Date().toUTCString() };
  return { kind: 'status', status, headers, body: JSON.stringify({ __type: type, message }) };
}

const count = (action: string): number => proxy.requests.filter(({ path }) => path === `/${action}`).length;

const stagesOf = z.object({ VersionIdsToStages: z.record(z.string(), z.array(z.string())) });

async function labels(name: string): Promise<string[]> {
  const { body } = await aws.request('DescribeSecret', { SecretId: name });
  return Object.entries(stagesOf.parse(body).VersionIdsToStages).flatMap(([id, stages]) =>
    stages.map((stage) => `${stage} ${/^grantry-\d+/.exec(id)?.[0] ?? 'theirs'}`),
  );
}

async function written(store: Store): Promise<string> {
  const path = freshPath();
  await store.mark(path, markOf(), { pathIsEmpty: true });
  await store.write(path, documentOf('s-1'), 0);
  proxy.reset();
  return path;
}

describe('an answer that is lost', () => {
  test.each(['CreateSecret', 'PutSecretValue', 'UpdateSecretVersionStage', 'TagResource', 'DescribeSecret'])(
    'to %s changes nothing: the request is sent again, and there is one version',
    async (action) => {
      const store = await open();
      const path = freshPath();
      // moto forgets that a first version is the current one when that is put again, which AWS documents otherwise.
      breakAt(action, { kind: 'drop-after' }, { nth: action === 'PutSecretValue' ? 2 : 1 });
      await store.mark(path, markOf(), { pathIsEmpty: true });
      await store.write(path, documentOf('s-1'), 0);
      await store.mark(path, markOf('other'));
      expect(await store.write(path, documentOf('s-2'), 1)).toBe(2);
      expect(count(action)).toBeGreaterThan(1);
      const entry = await store.inspect(path);
      expect(entry).toEqual({ mark: markOf('other'), version: 2, readable: true });
      expect((await labels(nameOf(store.locate(path)))).toSorted()).toEqual([
        'AWSCURRENT grantry-2',
        'AWSPENDING grantry-2',
        'AWSPREVIOUS grantry-1',
      ]);
    },
  );

  test('to DeleteSecret is no error', async () => {
    const store = await open();
    const path = await written(store);
    breakAt('DeleteSecret', { kind: 'drop-after' });
    await store.purge(path);
    expect(await store.inspect(path)).toBeUndefined();
  });
});

describe('a crash between a new version and its label', () => {
  test('leaves the document as it was, and the next run goes on', async () => {
    const store = await open();
    const path = await written(store);
    breakAt('UpdateSecretVersionStage', { kind: 'drop-before' }, { times: 9 });
    expect(await failureOf(store.write(path, documentOf('s-lost'), 1))).toMatchObject({ code: 'UNREACHABLE' });
    proxy.reset();
    const next = await open();
    expect((await next.inspect(path))?.version).toBe(1);
    expect(secretIn(await next.read(path))).toBe('s-1');
    expect(await next.write(path, documentOf('s-2'), 1)).toBe(2);
    expect(secretIn(await next.read(path))).toBe('s-2');
  });
});

describe('somebody else who writes meanwhile', () => {
  test.each(['GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'])(
    'before %s: the write is lost, theirs stays, and no label of a rotation is left behind',
    async (action) => {
      const store = await open();
      const path = await written(store);
      const byHand = JSON.stringify({ client_id: 'order-service', client_secret: 's-hand' });
      const act = (): Promise<void> => aws.putByHand(nameOf(store.locate(path)), byHand);
      breakAt(action, { kind: 'meanwhile', when: 'before', act });
      expect(await failureOf(store.write(path, documentOf('s-2'), 1))).toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining(store.locate(path)),
      });
      expect(secretIn(await store.read(path))).toBe('s-hand');
      expect((await store.inspect(path))?.version).toBeGreaterThan(1);
      const left = await labels(nameOf(store.locate(path)));
      expect(left.filter((label) => label.startsWith('AWSPENDING') && !label.endsWith('-1'))).toEqual([]);
    },
  );

  test('by hand twice: each counts as a version', async () => {
    const store = await open();
    const path = await written(store);
    for (const secret of ['s-a', 's-b']) {
      await aws.putByHand(nameOf(store.locate(path)), JSON.stringify({ client_id: 'x', client_secret: secret }));
    }
    expect((await store.read(path))?.version).toBe(3);
    expect(await failureOf(store.write(path, documentOf('s-0'), 2))).toMatchObject({ code: 'CONFLICT' });
    expect(await store.write(path, documentOf('s-4'), 3)).toBe(4);
  });
});

describe('a record', () => {
  test('that is written between the two looks at it is read with its number', async () => {
    const [store, other] = [await open(), await open()];
    const act = async (): Promise<void> => void (await other.writeRecord('lock/between', { by: 'other' }, 0));
    breakAt('GetSecretValue', { kind: 'meanwhile', when: 'after', act });
    expect(await store.readRecord('lock/between')).toMatchObject({ value: { by: 'other' }, version: 1 });
  });
});

test.each(['../m2m', 'm 2m', 'm2m//x'])(
  'a prefix like %j, which may come from the environment, is refused',
  async (prefix) => {
    expect(await failureOf(open({ prefix }))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(proxy.requests).toEqual([]);
  },
);

describe('a secret that is going to be deleted', () => {
  test('is restored where it is written to: its name is taken until it has gone', async () => {
    const store = await open();
    const path = await written(store);
    await aws.request('DeleteSecret', { SecretId: nameOf(store.locate(path)) });
    const created = await aws.request('CreateSecret', { Name: nameOf(store.locate(path)), SecretString: '{}' });
    expect(created.status).not.toBe(200);
    await store.mark(path, markOf('order-service', { state: 'retired' }));
    expect(count('RestoreSecret')).toBe(1);
    expect(await store.inspect(path)).toMatchObject({ version: 1, readable: true });
  });

  test('and is not in the way of a place that seemed to be empty', async () => {
    const store = await open();
    const path = await written(store);
    await aws.request('DeleteSecret', { SecretId: nameOf(store.locate(path)) });
    await store.mark(path, markOf('new'), { pathIsEmpty: true });
    expect(await store.inspect(path)).toMatchObject({ mark: markOf('new'), version: 1, readable: true });
  });

  test('of which AWS has not let the name go: that is waited for, and said in the end', async () => {
    const store = await open();
    const path = freshPath();
    const message = "You can't create this secret because a secret with this name is already scheduled for deletion.";
    breakAt('CreateSecret', refusal('InvalidRequestException', message), { times: 2 });
    await store.mark(path, markOf(), { pathIsEmpty: true });
    breakAt('CreateSecret', refusal('InvalidRequestException', message), { times: 9 });
    const other = freshPath();
    expect(await failureOf(store.mark(other, markOf(), { pathIsEmpty: true }))).toMatchObject({
      code: 'FAILED',
      message: expect.stringContaining(store.locate(other)),
      hint: expect.stringContaining('Run it again'),
    });
  });
});

function withRotation(text: string): string {
  return text.replace(/^\{/, '{"RotationEnabled": true, ');
}

describe('a secret that AWS rotates by itself', () => {
  test.each(['mark', 'write'] as const)('is refused by %s, with what to do, and nothing is written', async (method) => {
    const store = await open();
    const path = await written(store);
    breakAt('DescribeSecret', { kind: 'rewrite', body: withRotation });
    const done = method === 'mark' ? store.mark(path, markOf('other')) : store.write(path, documentOf('s-2'), 1);
    expect(await failureOf(done)).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('RotationEnabled'),
      hint: expect.stringContaining(`cancel-rotate-secret --secret-id ${nameOf(store.locate(path))}`),
    });
    expect(proxy.writes()).toEqual([]);
  });
});

describe('an answer that is behind', () => {
  test('of a listing: what it lacks is looked at by itself', async () => {
    const store = await open();
    const path = await written(store);
    breakAt('ListSecrets', { kind: 'rewrite', body: () => '{"SecretList": []}' });
    expect(await store.existing([path, freshPath()])).toEqual(new Set([path]));
    expect(count('DescribeSecret')).toBe(2);
  });

  test.each([
    ['inspect', 'DescribeSecret'],
    ['read', 'GetSecretValue'],
  ] as const)('to %s, right after a write: it is asked again', async (method, action) => {
    const store = await open();
    const path = await written(store);
    const input = { SecretId: nameOf(store.locate(path)), VersionStage: 'AWSCURRENT' };
    const old = JSON.stringify((await aws.request(action, input)).body);
    await store.write(path, documentOf('s-2'), 1);
    proxy.reset();
    breakAt(action, { kind: 'rewrite', body: () => old }, { times: 2 });
    expect(await store[method](path)).toMatchObject({ version: 2 });
    expect(count(action)).toBe(3);
  });
});

async function answerBefore(path: string, store: Store): Promise<string> {
  return JSON.stringify((await aws.request('DescribeSecret', { SecretId: nameOf(store.locate(path)) })).body);
}

describe('an answer to inspect that is behind', () => {
  test('a mark: it is asked again', async () => {
    const store = await open();
    const path = await written(store);
    await store.mark(path, markOf('a', { notes: { step: 'issued' } }));
    const old = await answerBefore(path, store);
    await store.mark(path, markOf('b', { state: 'retired' }));
    breakAt('DescribeSecret', { kind: 'rewrite', body: () => old }, { times: 2 });
    expect((await store.inspect(path))?.mark).toEqual(markOf('b', { state: 'retired' }));
  });

  test('a purge: it is asked again', async () => {
    const store = await open();
    const path = await written(store);
    const old = await answerBefore(path, store);
    await store.purge(path);
    const headers = { date: new Date().toUTCString() };
    breakAt('DescribeSecret', { kind: 'status', status: 200, headers, body: old }, { times: 2 });
    expect(await store.inspect(path)).toBeUndefined();
  });

  test('for ever: what it says is taken in the end', async () => {
    const store = await open();
    const path = await written(store);
    await aws.request('DeleteSecret', { SecretId: nameOf(store.locate(path)), ForceDeleteWithoutRecovery: true });
    expect(await store.inspect(path)).toBeUndefined();
    expect(count('DescribeSecret')).toBe(5);
  });
});

describe('pages', () => {
  test('of a hundred are read to the end; no value is read, and no secret is asked for by itself', async () => {
    const store = await open({ prefix: `${aws.prefix}-pages` });
    const paths = Array.from({ length: 250 }, (_, n) => `team-${n % 7}/client-${n}`);
    for (const path of paths)
      await aws.request('CreateSecret', { Name: nameOf(store.locate(path)), SecretString: '{}' });
    // Begins alike, and is another folder.
    await aws.request('CreateSecret', { Name: `${aws.prefix}-pages-2/client-0`, SecretString: '{}' });
    expect((await store.existing(paths)).size).toBe(250);
    expect(proxy.requests.map(({ path }) => path)).toEqual(['/ListSecrets', '/ListSecrets', '/ListSecrets']);
  });
});

describe('AWS that is asked too often', () => {
  test('is asked again after a pause', async () => {
    const store = await open();
    const path = await written(store);
    breakAt('DescribeSecret', refusal('ThrottlingException', 'Rate exceeded'), { times: 3 });
    expect((await store.inspect(path))?.version).toBe(1);
    expect(count('DescribeSecret')).toBe(4);
  });

  test('five times, and no more: nothing else repeats it', async () => {
    const store = await open();
    const path = await written(store);
    breakAt('DescribeSecret', refusal('ThrottlingException', 'Rate exceeded'), { times: 99 });
    expect(await failureOf(store.inspect(path))).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('asked too often'),
    });
    expect(count('DescribeSecret')).toBe(5);
  });
});

describe('a refusal', () => {
  const denied =
    'User: arn:aws:iam::1:user/ci is not authorized to perform: x because no identity-based policy allows it';
  test.each([
    ['AccessDeniedException', denied, 'NOT_ALLOWED', 'secretsmanager:DescribeSecret on m2m', 'aws-policy-plan.json'],
    ['com.amazon#ExpiredTokenException', 'expired', 'NOT_ALLOWED', 'credentials are over', 'Log in again'],
    ['UnrecognizedClientException', 'invalid', 'NOT_ALLOWED', 'are not accepted', 'aws sts get-caller-identity'],
    ['InvalidSignatureException', 'x', 'NOT_ALLOWED', 'are not accepted', 'partition'],
    ['AccessDeniedException', 'Access to KMS is not allowed', 'NOT_ALLOWED', 'with its KMS key', 'kms:GenerateDataKey'],
    ['DecryptionFailure', 'key is disabled', 'NOT_ALLOWED', 'KMS key (DecryptionFailure): key is', 'must be enabled'],
    ['OptInRequired', '', 'NOT_ALLOWED', 'may not use this region', ''],
    ['LimitExceededException', 'too many', 'NOT_ALLOWED', 'takes no more', 'quotas'],
    ['InvalidParameterException', 'odd', 'FAILED', '(InvalidParameterException): odd', 'CloudTrail'],
  ])('%s (%s) is %s', async (type, said, code, message, hint) => {
    const store = await open();
    breakAt('DescribeSecret', refusal(type, said));
    expect(await failureOf(store.inspect('team/x'))).toMatchObject({
      code,
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });

  test('to read with the KMS key names the action that reading takes', async () => {
    const store = await open();
    breakAt('GetSecretValue', refusal('AccessDeniedException', 'Access to KMS is not allowed'));
    expect(await failureOf(store.read('team/x'))).toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining('cannot decrypt'),
      hint: expect.stringMatching(/kms:Decrypt\./),
    });
  });

  test('of a further version says how many a day there can be', async () => {
    const store = await open();
    const path = await written(store);
    breakAt('PutSecretValue', refusal('LimitExceededException', 'too many versions'));
    expect(await failureOf(store.write(path, documentOf('s-2'), 1))).toMatchObject({
      code: 'NOT_ALLOWED',
      hint: expect.stringContaining('100 versions'),
    });
  });

  test.each([
    ['a fault of AWS', refusal('InternalServiceError', 'x', 500), 'answers 500 to DescribeSecret'],
    ['a page', { kind: 'status', status: 403, body: '<html>' } as const, 'a page that is not JSON'],
    ['another server', { kind: 'status', status: 404, body: '{"errors": []}' } as const, 'something else than AWS'],
    ['an odd answer', { kind: 'rewrite', body: () => '{"Tags": 7}' } as const, 'does not look like AWS'],
  ])('by %s is no AWS that can be reached', async (_, fault, message) => {
    const store = await open();
    const path = await written(store);
    breakAt('DescribeSecret', fault, { times: 9 });
    expect(await failureOf(store.inspect(path))).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining(message),
    });
  });

  test('of its clock: no lock goes by it', async () => {
    const store = await open();
    const { status, body } = await aws.request('GetSecretValue', { SecretId: 'not/there' });
    const answer = { kind: 'status', status, body: JSON.stringify(body), headers: { date: '' } } as const;
    breakAt('GetSecretValue', answer, { times: 9 });
    breakAt('DescribeSecret', answer, { times: 9 });
    expect(await failureOf(store.readRecord('lock/acme'))).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('what time it is'),
    });
  });
});

describe('a secret of somebody else', () => {
  test.each(['canary-not-json', '["canary-list"]', '7'])(
    'that is no JSON object is an error that quotes nothing',
    async (text) => {
      const store = await open();
      const path = freshPath();
      await aws.request('CreateSecret', { Name: nameOf(store.locate(path)), SecretString: text });
      for (const failure of [
        await failureOf(store.read(path)),
        await failureOf(store.write(path, documentOf('s-0'), 1)),
      ]) {
        expect(failure).toMatchObject({ code: 'FAILED', message: expect.stringContaining(store.locate(path)) });
        expect(String(failure)).not.toContain('canary');
      }
    },
  );

  test('that is binary is one too', async () => {
    const store = await open();
    const path = freshPath();
    await aws.request('CreateSecret', { Name: nameOf(store.locate(path)), SecretBinary: 'aGVsbG8=' });
    expect(await failureOf(store.read(path))).toMatchObject({ code: 'FAILED' });
  });
});

describe('tags of the Target', () => {
  test('are on what grantry creates, beside its mark, with the KMS key', async () => {
    const store = await open({ tags: { 'cost-centre': '42' }, kmsKeyId: 'alias/m2m' });
    const [marked, record] = [freshPath(), 'lock/tagged'];
    await store.mark(marked, markOf(), { pathIsEmpty: true });
    await store.writeRecord(record, {}, 0);
    for (const name of [store.locate(marked), store.locateRecord(record)]) {
      const { body } = await aws.request('DescribeSecret', { SecretId: nameOf(name) });
      expect(body).toMatchObject({
        KmsKeyId: 'alias/m2m',
        Tags: expect.arrayContaining([{ Key: 'cost-centre', Value: '42' }]),
      });
    }
    expect(await store.inspect(marked)).toMatchObject({ mark: markOf() });
  });
});
