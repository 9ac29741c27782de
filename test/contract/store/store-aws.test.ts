import { afterAll, beforeAll, describe, inject, vi } from 'vitest';
import { systemPorts } from '../../../src/platform/ports.ts';
import { openAwsStore } from '../../../src/stores/aws/index.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import { AWS_KEYS, createAws } from '../../support/servers/aws.ts';
import { awsSubject } from './aws-subject.ts';
import { testStore } from './store-contract.ts';
import type { StoreSubject } from './store-subject.ts';

describe('the store of AWS Secrets Manager', () => {
  let proxy: CountingProxy;
  let subject: StoreSubject;
  beforeAll(async () => {
    for (const [name, value] of Object.entries(AWS_KEYS)) vi.stubEnv(name, value);
    const aws = createAws(inject('aws'));
    proxy = await startCountingProxy(aws.url, { oneAtATime: true });
    const settings = aws.settings({ endpoint: proxy.url });
    subject = await awsSubject(aws, proxy, () => openAwsStore(settings, systemPorts()));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await proxy.close();
  });

  testStore(() => subject);
});
