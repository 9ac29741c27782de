import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import { quoted } from '../../model/text/printable.ts';
import type { HttpResponse } from '../../platform/http.ts';
import { describeMismatch } from '../../platform/mismatch.ts';

/** What was attempted, for the wording of an error. */
export interface Attempted {
  /** `DescribeSecret`, as the policy action `secretsmanager:DescribeSecret` names it. */
  readonly action: string;
  /** The secret; undefined for a listing. */
  readonly name: string | undefined;
  readonly region: string;
}

/** As AWS calls it. */
const TYPE = '__type';

const errorBody = z.object({ [TYPE]: z.string(), message: z.string().optional(), Message: z.string().optional() });

/** The name of the error, such as `ResourceNotFoundException`; empty where the answer is none of AWS. */
export function errorType({ status, body }: HttpResponse): string {
  const parsed = status === 200 ? undefined : errorBody.safeParse(body);
  return parsed?.success === true ? (parsed.data[TYPE].split('#').at(-1) ?? '') : '';
}

/** What AWS says went wrong, to be compared with known phrases; it is shown by `wordsOf` only. */
function phraseOf({ body }: HttpResponse): string {
  const { data } = errorBody.safeParse(body);
  return data?.message ?? data?.Message ?? '';
}

function wordsOf(response: HttpResponse): string {
  const phrase = phraseOf(response).trim();
  return phrase === '' ? '' : `: ${quoted(phrase, 600)}`;
}

export function isAbsent(response: HttpResponse): boolean {
  return errorType(response) === 'ResourceNotFoundException';
}

/** The policies of the login do not allow it; not that they forbid the key which the secret is encrypted with. */
export function isForbidden(response: HttpResponse): boolean {
  const type = errorType(response);
  return (type === 'AccessDeniedException' || type === 'NotAuthorized') && !isAboutKms(type, response);
}

/** Whether it is refused because the secret is going to be deleted: the name is taken, and the secret cannot be used. */
export function saysDeleted(response: HttpResponse): boolean {
  return errorType(response) === 'InvalidRequestException' && /delet/i.test(phraseOf(response));
}

export function saysSlowDown(response: HttpResponse): boolean {
  return /^(?:Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded)$/.test(errorType(response));
}

/** The error for an answer that is not the one expected. */
export function awsError(response: HttpResponse, attempted: Attempted): GrantryError {
  const type = errorType(response);
  const at = `AWS Secrets Manager in ${attempted.region}`;
  if (type === '') return notAws(response, at);
  if (isAboutKeys(type)) return keysRefused(type, at, response);
  if (isAboutKms(type, response)) return kmsRefused(at, attempted, response);
  if (isForbidden(response)) return forbidden(at, attempted, response);
  if (saysSlowDown(response)) {
    return new GrantryError('UNREACHABLE', `${at} keeps refusing requests: it is asked too often (${type})`, {
      hint: 'Others in this account and region use up the quota. Try again later, or with a lower --parallelism.',
    });
  }
  if (type === 'LimitExceededException') return limitReached(at, attempted, response);
  if (response.status >= 500 || type === 'InternalServiceError') {
    return new GrantryError('UNREACHABLE', `${at} answers ${response.status} to ${asked(attempted)}`, {
      hint: 'See https://health.aws.amazon.com, and try again.',
    });
  }
  return new GrantryError('FAILED', `${at} refuses ${asked(attempted)} (${type})${wordsOf(response)}`, {
    hint: 'CloudTrail has the details.',
  });
}

/** The error for an answer of status 200 that does not look as documented. */
export function unexpectedBody(response: HttpResponse, attempted: Attempted, error: z.ZodError): GrantryError {
  const at = `AWS Secrets Manager in ${attempted.region}`;
  if (response.format !== 'json') return notAws(response, at);
  return new GrantryError(
    'UNREACHABLE',
    `${at} gave an answer to ${asked(attempted)} that does not look like AWS's: ${describeMismatch(error)}`,
    { hint: 'spec.store.aws.endpoint may name another server.' },
  );
}

/** Two who rotate one credential make each other's worthless. */
export function rotatedByAws(name: string): GrantryError {
  return new GrantryError(
    'CONFLICT',
    `AWS rotates ${name} by itself (RotationEnabled): it and grantry would each replace what the other has made`,
    { hint: `Stop the one: aws secretsmanager cancel-rotate-secret --secret-id ${name}` },
  );
}

function asked({ action, name }: Attempted): string {
  return name === undefined ? action : `${action} of ${name}`;
}

function isAboutKeys(type: string): boolean {
  return /^(?:ExpiredToken|RequestExpired|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|IncompleteSignature|MissingAuthenticationToken|InvalidAccessKeyId|SignatureDoesNotMatch|OptInRequired)/.test(
    type,
  );
}

function keysRefused(type: string, at: string, response: HttpResponse): GrantryError {
  const expired = type.startsWith('ExpiredToken') || type.startsWith('RequestExpired');
  const what = expired ? 'are over' : type === 'OptInRequired' ? 'may not use this region' : 'are not accepted';
  return new GrantryError('NOT_ALLOWED', `${at}: the AWS credentials ${what} (${type})${wordsOf(response)}`, {
    hint: expired
      ? 'Log in again, or let the run take a role that lasts longer. If they are fresh, check the clock of this machine.'
      : 'See whose they are with: aws sts get-caller-identity. Keys of one partition (China, GovCloud) do not work in another.',
  });
}

function isAboutKms(type: string, response: HttpResponse): boolean {
  return (
    /^(?:DecryptionFailure|EncryptionFailure|KMS|.*KMS.*Exception)/.test(type) || /\bkms\b/i.test(phraseOf(response))
  );
}

function kmsRefused(at: string, { action, name }: Attempted, response: HttpResponse): GrantryError {
  const reads = action.startsWith('Get');
  const needs = reads ? 'kms:Decrypt' : 'kms:GenerateDataKey and kms:Decrypt';
  return new GrantryError(
    'NOT_ALLOWED',
    `${at} cannot ${reads ? 'decrypt' : 'encrypt'} ${name ?? 'a secret'} with its KMS key (${errorType(response)})${wordsOf(response)}`,
    {
      hint: `The key must be enabled, in this region, and its policy must allow ${needs}. Its id: aws secretsmanager describe-secret --secret-id ${name ?? 'NAME'} --query KmsKeyId`,
    },
  );
}

function forbidden(at: string, { action, name }: Attempted, response: HttpResponse): GrantryError {
  const on = name === undefined ? '' : ` on ${name}`;
  return new GrantryError('NOT_ALLOWED', `${at} does not allow secretsmanager:${action}${on}${wordsOf(response)}`, {
    hint: 'docs/aws.md has the policies: docs/aws-policy-plan.json, aws-policy-apply.json, and aws-policy-purge.json for --purge-store.',
  });
}

function limitReached(at: string, attempted: Attempted, response: HttpResponse): GrantryError {
  const hint =
    attempted.action === 'PutSecretValue'
      ? 'A secret has about 100 versions, and none goes in its first 24 hours: it was written too often in a day. Wait, or see docs/aws.md on quotas.'
      : 'See the quotas of Secrets Manager in this account and region.';
  return new GrantryError('NOT_ALLOWED', `${at} takes no more: ${asked(attempted)}${wordsOf(response)}`, { hint });
}

function notAws({ format, status }: HttpResponse, at: string): GrantryError {
  const what = format === 'other' ? 'a page that is not JSON' : 'something else than AWS';
  return new GrantryError('UNREACHABLE', `In place of ${at} answers ${what} (status ${status})`, {
    hint: 'A proxy or another server may be in the way; spec.store.aws.endpoint names it, if it is given.',
  });
}
