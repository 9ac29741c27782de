/** A part of the stand-in for AWS for each test file, and what others do in it. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { AwsSettings } from '../../../src/stores/aws/settings.ts';
import type { AwsServer } from './moto.ts';

const REGION = 'eu-central-1';

/** Those of the environment that AWS's chain reads first. */
export const AWS_KEYS = { AWS_ACCESS_KEY_ID: 'AKIATESTTESTTESTTEST', AWS_SECRET_ACCESS_KEY: 'canary-aws-secret-key-1' };

export interface AwsAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface TestAws {
  readonly url: string;
  /** No other test file has it. */
  readonly prefix: string;
  /** An action of Secrets Manager, as somebody else takes it. Never throws for a status. */
  request(action: string, input: object): Promise<AwsAnswer>;
  /** A new current version, as the console makes one. */
  putByHand(name: string, text: string): Promise<void>;
  /** What a store in this part is opened with. */
  settings(rest?: Partial<AwsSettings>): AwsSettings;
}

export function createAws({ url }: AwsServer): TestAws {
  const prefix = `m2m-${randomBytes(5).toString('hex')}`;
  const request: TestAws['request'] = (action, input) => askMoto(url, `secretsmanager.${action}`, input);
  return {
    url,
    prefix,
    request,
    // In two steps: moto does not know any more which version is the current one, once the label was moved.
    putByHand: async (name, text) => {
      const { body } = await request('GetSecretValue', { SecretId: name, VersionStage: 'AWSCURRENT' });
      const stage = { SecretId: name, SecretString: text, VersionStages: ['by-hand'] };
      const put = await request('PutSecretValue', stage);
      const move = { MoveToVersionId: put.body['VersionId'], RemoveFromVersionId: body['VersionId'] };
      await request('UpdateSecretVersionStage', { SecretId: name, VersionStage: 'AWSCURRENT', ...move });
    },
    settings: (rest = {}) => ({
      kind: 'aws',
      region: REGION,
      endpoint: url,
      prefix,
      kmsKeyId: undefined,
      tags: {},
      ...rest,
    }),
  };
}

const answerBody = z.record(z.string(), z.unknown());

/** moto takes the region from here, and looks at no signature unless it is told to. */
const SCOPE = `AWS4-HMAC-SHA256 Credential=other/20260101/${REGION}/secretsmanager/aws4_request, SignedHeaders=host, Signature=0`;

/** moto answers 500 where two threads of it are at the same secrets; then it has done nothing. */
const MORE_TRIES = 3;

async function askMoto(url: string, target: string, input: object, tries = MORE_TRIES): Promise<AwsAnswer> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target, authorization: SCOPE };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(input) });
  const text = await response.text();
  if (response.status === 500 && tries > 0) return askMoto(url, target, input, tries - 1);
  return { status: response.status, body: answerBody.parse(text === '' ? {} : JSON.parse(text)) };
}

/** The name of the secret that a store's output names so. */
export function nameOf(where: string): string {
  return where.split(':').slice(2).join(':');
}
