import { checkUrl } from '../../manifest/schema/url.ts';
import { trimSlashes } from '../../manifest/slashes.ts';
import { describePlaceProblem } from '../../model/secrets/credential-path.ts';
import { KeyedCache } from '../../platform/keyed-cache.ts';
import { defineStore } from '../description.ts';
import { awsCapabilities } from './capabilities.ts';
import type { AwsLogins } from './index.ts';
import {
  MAX_NAME,
  awsSchema,
  describeAws,
  endpointOf,
  locateSecret,
  resolveAws,
  secretName,
  tagsProblem,
} from './settings.ts';
import type { AwsSettings, AwsSpec } from './settings.ts';

/** AWS Secrets Manager: one secret for each document. */
export const aws = defineStore<AwsSpec, AwsSettings>({
  kind: 'aws',
  label: 'AWS Secrets Manager',
  capabilities: awsCapabilities,
  settings: awsSchema,

  servers({ region, endpoint, allowInsecure }) {
    return endpoint === undefined
      ? [{ key: 'region', url: endpointOf(region), allowInsecure: false, problem: undefined }]
      : [{ key: 'endpoint', url: endpoint, allowInsecure, problem: checkUrl(endpoint) }];
  },

  *check({ prefix = '', tags = {} }) {
    const path = trimSlashes(prefix);
    const problem = path === '' || path.includes('${env:') ? undefined : describePlaceProblem(path);
    if (problem !== undefined) yield { rule: 'bad-store-path', key: 'prefix', problem: `is no path: ${problem}` };
    const tagged = tagsProblem(tags);
    if (tagged !== undefined) yield { rule: 'bad-store-tags', key: 'tags', problem: tagged };
  },

  pathProblem(path, { prefix = '' }) {
    const { length } = secretName(trimSlashes(prefix), path);
    return length > MAX_NAME
      ? `with the prefix its name would have ${length} characters; AWS takes ${MAX_NAME}`
      : undefined;
  },

  place: ({ region, endpoint, prefix = '' }) => ({
    root: JSON.stringify(['aws', endpoint ?? endpointOf(region), region]),
    folder: trimSlashes(prefix),
    key: 'prefix',
  }),

  locate: ({ region, prefix = '' }, path) => locateSecret(region, secretName(trimSlashes(prefix), path)),

  resolve: resolveAws,

  describe: describeAws,

  opener() {
    const logins: AwsLogins = new KeyedCache((one: AwsSettings, other: AwsSettings) => one.region === other.region);
    return { open: async (settings, ports) => (await import('./index.ts')).openAwsStore(settings, ports, logins) };
  },
});
