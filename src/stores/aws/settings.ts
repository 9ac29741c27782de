import * as z from 'zod';
import type { ResolveContext } from '../../manifest/backends.ts';
import { allowInsecureSchema, checkedBy, templateSchema, urlSchema } from '../../manifest/schema/settings.ts';
import { mentionsEnv, normaliseUrl } from '../../manifest/schema/url.ts';
import { trimSlashes } from '../../manifest/slashes.ts';
import { GrantryError } from '../../model/errors.ts';

/** What a store in AWS Secrets Manager is opened with. */
export interface AwsSettings {
  readonly kind: 'aws';
  readonly region: string;
  /** Base URL without a trailing slash: the one of the region, unless the Target names another. */
  readonly endpoint: string;
  /** Before the names of all secrets, without slashes at its ends; may be empty. */
  readonly prefix: string;
  /** The KMS key of secrets that grantry creates; undefined: the account's own for Secrets Manager. */
  readonly kmsKeyId: string | undefined;
  /** Tags of secrets that grantry creates, beside its own. */
  readonly tags: Readonly<Record<string, string>>;
}

/** As AWS writes regions; the name becomes a part of a host, so nothing else may. */
const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/;

const NO_REGION = 'must be the name of a region, such as eu-central-1';

/** What AWS lets tags hold. */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const MAX_TAG = { key: 127, value: 255 };

/** The settings as a Target has them. Credentials are none of them: AWS's own chain finds them. */
export const awsSchema = z.strictObject({
  region: checkedBy((text) => (mentionsEnv(text) || REGION.test(text) ? undefined : NO_REGION)).meta({
    description: 'AWS region, such as eu-central-1.',
  }),
  prefix: z.literal('').or(templateSchema).optional().meta({ description: 'Before the names of all secrets.' }),
  endpoint: urlSchema.optional().meta({ description: 'URL of the service. Default: the one of the region.' }),
  allowInsecure: allowInsecureSchema,
  kmsKeyId: templateSchema
    .optional()
    .meta({ description: 'KMS key (id, ARN or alias) of secrets that grantry creates. Default: aws/secretsmanager.' }),
  tags: z
    .record(z.string(), templateSchema)
    .optional()
    .meta({ description: 'Tags of secrets that grantry creates, beside its own.' }),
});

export type AwsSpec = z.output<typeof awsSchema>;

/** What is wrong with the tags; undefined: nothing. Those of grantry and of AWS cannot be set. */
export function tagsProblem(tags: Readonly<Record<string, string>>): string | undefined {
  for (const [key, value] of Object.entries(tags)) {
    const name = JSON.stringify(key);
    if (/^(?:aws:|grantry_)/i.test(key)) return `holds the key ${name}: aws: and grantry_ are reserved`;
    if (key === '' || key.length > MAX_TAG.key || value.length > MAX_TAG.value)
      return `holds ${name}: a key has 1 to ${MAX_TAG.key} characters, a value at most ${MAX_TAG.value}`;
    if (!TAG_TEXT.test(key) || !(mentionsEnv(value) || TAG_TEXT.test(value)))
      return `holds ${name}: letters, digits, blanks and _ . : / = + - @ are all that a tag can have`;
  }
  return undefined;
}

export function resolveAws(spec: AwsSpec, _context: ResolveContext<AwsSpec>): AwsSettings {
  const { region, endpoint, prefix = '', kmsKeyId, tags = {} } = spec;
  if (!REGION.test(region)) {
    throw new GrantryError('INVALID_INPUT', `spec.store.aws.region ${NO_REGION}; it is ${JSON.stringify(region)}`);
  }
  const problem = tagsProblem(tags);
  if (problem !== undefined) throw new GrantryError('INVALID_INPUT', `spec.store.aws.tags ${problem}`);
  return {
    kind: 'aws',
    region,
    endpoint: endpoint === undefined ? endpointOf(region) : normaliseUrl(endpoint),
    prefix: trimSlashes(prefix),
    kmsKeyId,
    tags,
  };
}

/** Where Secrets Manager of a region answers. Partitions other than China's have endpoints that the Target must name. */
export function endpointOf(region: string): string {
  return `https://secretsmanager.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/**
 * The name of the secret at a path. Paths may have `~`, which no name of AWS has; names may have `+`, which no path has: the one
 * stands for the other.
 */
export function secretName(prefix: string, path: string): string {
  return [prefix, path]
    .filter((part) => part !== '')
    .join('/')
    .replaceAll('~', '+');
}

/** How output names a secret; no other kind of store names anything so. */
export function locateSecret(region: string, name: string): string {
  return `aws:${region}:${name}`;
}

/** The longest name that AWS takes. */
export const MAX_NAME = 512;

/** How output names the store as a whole. */
export function describeAws({ region, prefix }: Pick<AwsSettings, 'region' | 'prefix'>): string {
  return `AWS Secrets Manager ${region}${prefix === '' ? '' : ` ${secretName(prefix, '')}`}`;
}
