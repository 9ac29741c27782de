import { describe, expect, it } from 'vitest';
import { STORES } from '../registry.ts';
import { awsSchema, endpointOf, resolveAws, secretName, tagsProblem } from './settings.ts';
import type { AwsSpec } from './settings.ts';

const NO_SECRETS = { cwd: '/', secret: () => expect.fail('it has no credential') };

const resolve = (spec: Partial<AwsSpec>) =>
  resolveAws({ region: 'eu-central-1', allowInsecure: false, ...spec }, NO_SECRETS);

describe('resolveAws', () => {
  it('takes the endpoint of the region', () => {
    expect(resolve({ prefix: '/m2m/' })).toMatchObject({
      endpoint: 'https://secretsmanager.eu-central-1.amazonaws.com',
      prefix: 'm2m',
      tags: {},
    });
    expect(endpointOf('cn-north-1')).toBe('https://secretsmanager.cn-north-1.amazonaws.com.cn');
  });

  it.each(['evil.example.com/', 'eu-central-1@evil.example', 'EU-CENTRAL-1', '', 'eu'])(
    'refuses %j as a region, which becomes a part of a host, also where it came from the environment',
    (region) => {
      expect(() => resolve({ region })).toThrow('must be the name of a region');
      expect(awsSchema.safeParse({ region }).success).toBe(false);
    },
  );

  it('refuses a tag of the environment that AWS would', () => {
    expect(() => resolve({ tags: { team: 'a\nb' } })).toThrow('spec.store.aws.tags holds "team"');
  });
});

describe('tagsProblem', () => {
  it.each([
    [{ 'aws:x': 'y' }, 'are reserved'],
    [{ grantry_stack: 'y' }, 'are reserved'],
    [{ '': 'y' }, '1 to 127'],
    [{ ['k'.repeat(128)]: 'y' }, '1 to 127'],
    [{ k: 'v'.repeat(256) }, 'at most 255'],
    [{ k: '{}' }, 'are all that a tag can have'],
  ])('of %j', (tags, problem) => {
    expect(tagsProblem(tags)).toContain(problem);
  });

  it('is none of what AWS takes', () => {
    expect(tagsProblem({ 'cost-centre': '42 + x', empty: '', from: '${env:TEAM}' })).toBeUndefined();
  });
});

describe('secretName', () => {
  it('joins prefix and path; two paths never have one name', () => {
    expect(secretName('m2m', 'team/orders')).toBe('m2m/team/orders');
    expect(secretName('', 'lock/ac~2fme')).toBe('lock/ac+2fme');
  });
});

describe('the description', () => {
  const aws = STORES.find(({ kind }) => kind === 'aws');

  it('names the server that credentials go to, also where the region gives it', () => {
    const spec = awsSchema.parse({ region: 'eu-central-1' });
    expect(aws?.servers(spec)).toMatchObject([
      { key: 'region', url: 'https://secretsmanager.eu-central-1.amazonaws.com', allowInsecure: false },
    ]);
    const own = awsSchema.parse({ region: 'eu-central-1', endpoint: 'http://other.example', allowInsecure: true });
    expect(aws?.servers(own)).toMatchObject([{ key: 'endpoint', url: 'http://other.example', allowInsecure: true }]);
  });

  it('refuses a path whose name would be longer than AWS takes', () => {
    const spec = awsSchema.parse({ region: 'eu-central-1', prefix: 'p'.repeat(100) });
    expect(aws?.pathProblem?.('x'.repeat(411), spec)).toBeUndefined();
    expect(aws?.pathProblem?.('x'.repeat(412), spec)).toContain('AWS takes 512');
  });
});
