/** AWS Secrets Manager for whole runs: a prefix of its own in the stand-in, behind a counting proxy. */
import { inject } from 'vitest';
import { z } from 'zod';
import { AWS_KEYS, createAws } from '../servers/aws.ts';
import type { TestAws } from '../servers/aws.ts';
import { startCountingProxy } from '../servers/counting-proxy.ts';
import type { TestStore } from './test-store.ts';

const tags = z.array(z.object({ Key: z.string(), Value: z.string() })).nullish();
const described = z.object({ Tags: tags, DeletedDate: z.number().nullish(), VersionIdsToStages: z.unknown() });
const listed = z.object({ SecretList: z.array(z.looseObject({ Name: z.string() })) });
const versions = z.object({ Versions: z.array(z.object({ VersionId: z.string() })) });
const document = z.record(z.string(), z.unknown());
const value = z.object({ SecretString: z.string().transform((text) => document.parse(JSON.parse(text))) });

export async function openTestAws(): Promise<TestStore> {
  const aws = createAws(inject('aws'));
  const proxy = await startCountingProxy(aws.url, { oneAtATime: true });
  const name = (path: string): string => `${aws.prefix}/${path}`;
  let before = new Map<string, string>();
  return {
    kind: 'aws',
    spec: { region: aws.settings().region, prefix: aws.prefix, endpoint: proxy.url },
    env: AWS_KEYS,
    requests: () => proxy.requests.length,
    writes: async () => {
      const now = await states(aws);
      return [...now].filter(([secret, state]) => before.get(secret) !== state).map(([secret]) => secret);
    },
    reset: async () => {
      before = await states(aws);
      proxy.reset();
    },
    read: (path) => read(aws, { SecretId: name(path), VersionStage: 'AWSCURRENT' }),
    stateOf: async (path) => {
      const { status, body } = await aws.request('DescribeSecret', { SecretId: name(path) });
      if (status !== 200) return undefined;
      return (described.parse(body).Tags ?? []).find(({ Key }) => Key === 'grantry_state')?.Value;
    },
    remove: async (path) => void (await aws.request('DeleteSecret', { SecretId: name(path) })),
    putForeign: async (path, data) =>
      void (await aws.request('CreateSecret', { Name: name(path), SecretString: JSON.stringify(data) })),
    secrets: async () => {
      const all = await Promise.all((await secretsOf(aws)).map(({ Name }) => allVersions(aws, Name)));
      return all
        .flat()
        .map((data) => data?.['client_secret'])
        .filter((secret) => typeof secret === 'string');
    },
    close: () => proxy.close(),
  };
}

/** Every secret but grantry's own records. */
async function secretsOf(aws: TestAws): Promise<{ readonly Name: string }[]> {
  const filter = { Filters: [{ Key: 'name', Values: [`${aws.prefix}/`] }], MaxResults: 100 };
  const { body } = await aws.request('ListSecrets', { ...filter, IncludePlannedDeletion: true });
  return listed.parse(body).SecretList.filter(({ Name }) => !Name.startsWith(`${aws.prefix}/.grantry/`));
}

/** What of each secret can change: versions, labels, tags, whether it is going to be deleted. */
async function states(aws: TestAws): Promise<Map<string, string>> {
  return new Map((await secretsOf(aws)).map((secret) => [secret.Name, JSON.stringify(described.parse(secret))]));
}

async function read(aws: TestAws, input: object): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { status, body } = await aws.request('GetSecretValue', input);
  return status === 200 ? value.parse(body).SecretString : undefined;
}

async function allVersions(aws: TestAws, SecretId: string) {
  const { body } = await aws.request('ListSecretVersionIds', { SecretId, IncludeDeprecated: true });
  return Promise.all(versions.parse(body).Versions.map(({ VersionId }) => read(aws, { SecretId, VersionId })));
}
