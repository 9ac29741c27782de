import { z } from 'zod';
import type { Store } from '../../../src/stores/store.ts';
import { secretName } from '../../../src/stores/aws/settings.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import type { TestAws } from '../../support/servers/aws.ts';
import type { StoreSubject } from './store-subject.ts';

const described = z.object({
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).nullish(),
  VersionIdsToStages: z.record(z.string(), z.array(z.string())).nullish(),
});
const document = z.record(z.string(), z.unknown());
const valueOf = z.object({ SecretString: z.string().transform((text) => document.parse(JSON.parse(text))) });

/** A store in AWS Secrets Manager for the contract suite: past the store, others act with other keys and not through the proxy. */
export async function awsSubject(
  aws: TestAws,
  proxy: CountingProxy,
  open: () => Promise<Store>,
): Promise<StoreSubject> {
  const name = (path: string): string => secretName(aws.prefix, path);
  let counted = 0;
  return {
    store: await open(),
    another: open,
    raw: async (path) => {
      const metadata = await aws.request('DescribeSecret', { SecretId: name(path) });
      if (metadata.status !== 200) return undefined;
      const tags = described.parse(metadata.body).Tags ?? [];
      const value = await aws.request('GetSecretValue', { SecretId: name(path), VersionStage: 'AWSCURRENT' });
      return {
        pairs: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
        data: value.status === 200 ? valueOf.parse(value.body).SecretString : undefined,
      };
    },
    putForeign: async (path, data, pairs = {}) => {
      const SecretString = JSON.stringify(data);
      const Tags = Object.entries(pairs).map(([Key, Value]) => ({ Key, Value }));
      const created = await aws.request('CreateSecret', { Name: name(path), SecretString, Tags });
      if (created.status === 200) return;
      await aws.putByHand(name(path), SecretString);
      await aws.request('TagResource', { SecretId: name(path), Tags });
    },
    deleteLatest: async (path) => void (await aws.request('DeleteSecret', { SecretId: name(path) })),
    previousSecret: async (path) => {
      const { body } = await aws.request('GetSecretValue', { SecretId: name(path), VersionStage: 'AWSPREVIOUS' });
      return valueOf.parse(body).SecretString['client_secret'];
    },
    records: {
      remove: async (record) => void (await aws.request('DeleteSecret', { SecretId: name(`.grantry/${record}`) })),
      // AWS takes away by itself what has no label.
      kept: async (record) => {
        const { body } = await aws.request('DescribeSecret', { SecretId: name(`.grantry/${record}`) });
        return Object.values(described.parse(body).VersionIdsToStages ?? {}).filter(({ length }) => length > 0).length;
      },
    },
    countRequests: () => {
      const since = proxy.requests.length - counted;
      counted = proxy.requests.length;
      return since;
    },
    leftovers: async () => '',
  };
}
