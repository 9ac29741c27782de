import { AwsV4Signer } from 'aws4fetch';
import { requestJson } from '../../platform/http.ts';
import type { HttpResponse } from '../../platform/http.ts';
import type { HttpPorts } from '../../platform/ports.ts';
import { retry } from '../../platform/retry.ts';
import type { AwsLogin } from './credentials.ts';
import { saysSlowDown } from './errors.ts';
import type { AwsSettings } from './settings.ts';

/** One call of Secrets Manager's API. Every call may be executed twice without harm: versions have ids that grantry gives. */
export interface AwsCall {
  /** `DescribeSecret`. */
  readonly action: string;
  readonly input: object;
  /** Changes what users see: a document or its mark, not a record of grantry's own. */
  readonly writes?: boolean;
}

/** Sends a call and returns the answer of any status. */
export type AwsTransport = (call: AwsCall) => Promise<HttpResponse>;

/**
 * The one place where requests to Secrets Manager are signed (Signature Version 4) and sent. AWS says with status 400 that it is asked
 * too often, so that is looked for here; everything else that can be repeated is by `requestJson`.
 */
export function createTransport({ endpoint, region }: AwsSettings, login: AwsLogin, ports: HttpPorts): AwsTransport {
  const service = {
    name: 'AWS Secrets Manager',
    check: `Check region and endpoint with: aws secretsmanager list-secrets --max-results 1 --region ${region}`,
  };
  const url = `${endpoint}/`;
  const send = async ({ action, input, writes = false }: AwsCall): Promise<HttpResponse> => {
    const headers = await sign({ url, action, body: JSON.stringify(input), region }, login, ports);
    const listing = action.startsWith('List');
    return requestJson(
      { service, method: 'POST', url, headers, json: input, idempotent: true, writes, listing },
      ports,
    );
  };
  return (call) =>
    retry(
      () => send(call),
      (outcome) => ('value' in outcome && saysSlowDown(outcome.value) ? {} : false),
      ports,
    );
}

interface Unsigned {
  readonly url: string;
  readonly action: string;
  readonly body: string;
  readonly region: string;
}

async function sign(
  { url, action, body, region }: Unsigned,
  login: AwsLogin,
  { clock }: Pick<HttpPorts, 'clock'>,
): Promise<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken } = await login();
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `secretsmanager.${action}` };
  const signer = new AwsV4Signer({
    method: 'POST',
    url,
    headers,
    body,
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
    service: 'secretsmanager',
    region,
    datetime: new Date(clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
  });
  const signed = await signer.sign();
  return Object.fromEntries(signed.headers);
}
