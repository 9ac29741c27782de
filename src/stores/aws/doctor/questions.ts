import { randomUUID } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { GrantryError } from '../../../model/errors.ts';
import { exchange } from '../../../platform/exchange.ts';
import { asGrantryError } from '../../../platform/http.ts';
import type { Ports } from '../../../platform/ports.ts';
import type { AwsLogin } from '../credentials.ts';
import { awsError, isAbsent, isForbidden, saysDeleted } from '../errors.ts';
import type { AwsSettings } from '../settings.ts';
import type { AwsCall, AwsTransport } from '../transport.ts';

/** Whose keys these are: `arn:aws:iam::123456789012:user/ci`. */
export interface Identity {
  readonly arn: string;
  readonly account: string;
  readonly partition: string;
}

/** Milliseconds. */
const TIMEOUT = 10_000;

/** What AWS says to a question about a secret. Whether it is allowed is looked at before whether there is one. */
export type Answer = 'there' | 'absent' | 'forbidden';

export async function ask(
  { action, input }: AwsCall,
  name: string | undefined,
  region: string,
  send: AwsTransport,
): Promise<Answer> {
  const response = await send({ action, input });
  if (isForbidden(response)) return 'forbidden';
  if (isAbsent(response)) return 'absent';
  if (response.status === 200 || saysDeleted(response)) return 'there';
  throw awsError(response, { action, name, region });
}

/** Asks for a version that there is not: who may read gets to hear that, and no value is in any answer. */
export function readOfNoVersion(name: string): AwsCall {
  return { action: 'GetSecretValue', input: { SecretId: name, VersionId: `grantry-doctor-${randomUUID()}` } };
}

/** Whose keys they are, which everybody may ask STS; undefined where it does not answer, as from a network of one's own it may not. */
export async function askIdentity(
  { region }: AwsSettings,
  login: AwsLogin,
  ports: Ports,
): Promise<Identity | undefined> {
  const url =
    ports.env['AWS_ENDPOINT_URL_STS'] ?? `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  try {
    const { accessKeyId, secretAccessKey, sessionToken } = await login();
    const body = 'Action=GetCallerIdentity&Version=2011-06-15';
    const signer = new AwsV4Signer({
      method: 'POST',
      url: `${url.replace(/\/$/, '')}/`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
      accessKeyId,
      secretAccessKey: secretAccessKey.reveal(),
      ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
      service: 'sts',
      region,
    });
    const { headers } = await signer.sign();
    const answer = await exchange(ports, signer.url.href, { method: 'POST', headers, body }, { timeoutMs: TIMEOUT });
    const [, arn = '', partition = '', account = ''] = ARN.exec(await answer.text()) ?? [];
    return answer.status === 200 && arn !== '' ? { arn, partition, account } : undefined;
  } catch (error) {
    // A proxy, a firewall, or a list of allowed hosts is in the way: nothing of the store depends on it.
    const known = asGrantryError(error, { name: 'AWS STS', check: 'aws sts get-caller-identity' }, url, ports.signal);
    if (known instanceof GrantryError && known.code !== 'INTERRUPTED') return undefined;
    throw error;
  }
}

const ARN = /<Arn>(arn:([a-z-]+):(?:iam|sts)::(\d{12}):[\w+=,.@/-]+)<\/Arn>/;
