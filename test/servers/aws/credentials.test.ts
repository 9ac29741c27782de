/** Where the keys come from that requests are signed with: AWS's own chain, over grantry's own requests. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { systemPorts } from '../../../src/platform/ports.ts';
import type { Ports } from '../../../src/platform/ports.ts';
import { openAwsStore } from '../../../src/stores/aws/index.ts';
import { documentOf, failureOf, freshPath } from '../../contract/store/store-subject.ts';
import { AWS_KEYS, createAws } from '../../support/servers/aws.ts';
import { portsOver } from '../../support/servers/ports-over.ts';

const NONE = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'grantry-aws-'));
  for (const name of NONE) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.doUnmock('@aws-sdk/credential-provider-node');
  vi.resetModules();
  rmSync(folder, { recursive: true });
});

function gone(): never {
  throw Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }) });
}

/** All that is sent, with the headers. */
function recording(): { readonly ports: Ports; readonly sent: { url: string; init: RequestInit | undefined }[] } {
  const sent: { url: string; init: RequestInit | undefined }[] = [];
  const { fetch } = systemPorts();
  const ports = portsOver((url, init) => {
    sent.push({ url: String(url), init });
    return fetch(url, init);
  });
  return { ports, sent };
}

function bodyOf(init: RequestInit | undefined): string {
  return typeof init?.body === 'string' ? init.body : '';
}

function authorizationOf(init: RequestInit | undefined): string {
  return new Headers(init?.headers).get('authorization') ?? '';
}

test('keys of the environment sign each request, for the region and the service', async () => {
  for (const [name, value] of Object.entries(AWS_KEYS)) vi.stubEnv(name, value);
  vi.stubEnv('AWS_SESSION_TOKEN', 'canary-session-token');
  const { ports, sent } = recording();
  const store = await openAwsStore(createAws(inject('aws')).settings(), ports);
  expect(sent).toEqual([]);
  await store.inspect(freshPath());
  const { init } = sent[0] ?? {};
  expect(authorizationOf(init)).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIATESTTESTTESTTEST\/\d{8}\/eu-central-1\/secretsmanager\/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$/,
  );
  expect(new Headers(init?.headers).get('x-amz-security-token')).toBe('canary-session-token');
  expect(inspect(store, { depth: 9, showHidden: true })).not.toContain('canary');
});

test('a web identity, such as that of a job in GitHub Actions, is changed for keys by the same way of sending', async () => {
  const aws = createAws(inject('aws'));
  writeFileSync(join(folder, 'token'), 'canary.identity.token');
  vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(folder, 'token'));
  vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::123456789012:role/grantry-plan');
  vi.stubEnv('AWS_ENDPOINT_URL_STS', aws.url);
  const { ports, sent } = recording();
  const store = await openAwsStore(aws.settings(), ports);
  await store.write(freshPath(), documentOf('s-1'), 0);
  const [login, first] = sent;
  expect(bodyOf(login?.init)).toContain('Action=AssumeRoleWithWebIdentity');
  expect(new Headers(first?.init?.headers).has('x-amz-security-token')).toBe(true);
  // One login for all of them.
  expect(sent.filter(({ init }) => bodyOf(init).includes('AssumeRole'))).toHaveLength(1);
});

test('a profile is read from the files of the AWS command line', async () => {
  writeFileSync(
    join(folder, 'credentials'),
    '[ci]\naws_access_key_id = AKIAPROFILEPROFILE\naws_secret_access_key = canary-profile-key\n',
  );
  vi.stubEnv('AWS_PROFILE', 'ci');
  const { ports, sent } = recording();
  const store = await openAwsStore(createAws(inject('aws')).settings(), ports);
  await store.inspect(freshPath());
  expect(authorizationOf(sent[0]?.init)).toContain('Credential=AKIAPROFILEPROFILE/');
});

describe('without any', () => {
  test('nothing is sent, and the error says where they are looked for', async () => {
    const { ports, sent } = recording();
    expect(await failureOf(openAwsStore(createAws(inject('aws')).settings(), ports))).toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining('No AWS credentials can be had (CredentialsProviderError)'),
      hint: expect.stringContaining('aws sts get-caller-identity'),
    });
    expect(sent).toEqual([]);
  });

  test('as a role that may not be taken, STS is quoted', async () => {
    const aws = createAws(inject('aws'));
    writeFileSync(join(folder, 'token'), 'canary.identity.token');
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(folder, 'token'));
    vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::123456789012:role/grantry-plan');
    const denied =
      '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>';
    const ports = portsOver(async () => new Response(denied, { status: 403, headers: { 'content-type': 'text/xml' } }));
    const failure = await failureOf(openAwsStore(aws.settings(), ports));
    expect(failure).toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining('Not authorized to perform sts:AssumeRoleWithWebIdentity'),
    });
    expect(String(failure)).not.toContain('canary');
  });

  test('as a command that fails, nothing of it is quoted', async () => {
    writeFileSync(
      join(folder, 'config'),
      '[profile ci]\ncredential_process = /bin/sh -c "echo canary-command >&2; exit 3"\n',
    );
    vi.stubEnv('AWS_PROFILE', 'ci');
    const failure = await failureOf(openAwsStore(createAws(inject('aws')).settings(), systemPorts()));
    expect(failure).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(String(failure)).not.toContain('canary');
  });

  test('and without the package that finds them, the error names it', async () => {
    vi.doMock('@aws-sdk/credential-provider-node', () => {
      throw new Error('Cannot find package');
    });
    const { openAwsLogin } = await import('../../../src/stores/aws/credentials.ts');
    expect(await failureOf(openAwsLogin('eu-central-1', systemPorts()))).toMatchObject({
      message: expect.stringContaining('@aws-sdk/credential-provider-node'),
      hint: expect.stringContaining('npm install @aws-sdk/credential-provider-node'),
    });
  });
});

test('where STS cannot be reached, that is said', async () => {
  writeFileSync(join(folder, 'token'), 'canary.identity.token');
  vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(folder, 'token'));
  vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::123456789012:role/grantry-plan');
  expect(await failureOf(openAwsStore(createAws(inject('aws')).settings(), portsOver(gone)))).toMatchObject({
    code: 'UNREACHABLE',
    message: expect.stringContaining('AWS STS'),
  });
});
