/** The examples for consumers that are data: what is in them, as far as it can be checked without their servers. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readExample } from '../support/process/workflow.ts';

const DOC = readFileSync(new URL('../../docs/consumers.md', import.meta.url), 'utf8');

it('the manifest for External Secrets reads the whole document, more often than any overlap is long', () => {
  const documents = parseAllDocuments(readExample('consumers/external-secrets.yaml'));
  expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
  const [store, secret] = documents.map((document): unknown => document.toJS());
  expect(store).toMatchObject({
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { name: 'grantry' },
    spec: {
      provider: {
        vault: { server: expect.stringMatching(/^https:/), path: 'secret', version: 'v2', auth: expect.anything() },
      },
    },
  });
  expect(secret).toMatchObject({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    spec: {
      refreshInterval: '1m',
      secretStoreRef: { kind: 'SecretStore', name: 'grantry' },
      target: { creationPolicy: 'Owner', deletionPolicy: 'Retain' },
      dataFrom: [{ extract: { key: 'm2m/team-checkout/order-service' } }],
    },
  });
  expect(secret).not.toHaveProperty('spec.data');
});

it('the doc links to every example, and to nothing that is not there', () => {
  const links = [...DOC.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path);
  for (const path of links)
    expect([path, existsSync(new URL(`../../docs/${path}`, import.meta.url))]).toEqual([path, true]);
  for (const name of [
    'token.sh',
    'node/token-source.mjs',
    'node/check-bound-token.mjs',
    'node/service.mjs',
    'vault-agent/agent.hcl',
    'external-secrets.yaml',
    'github-actions.yml',
    'federated/token.sh',
    'federated/github-actions.yml',
    'federated/gitlab-ci.yml',
    'federated/kubernetes.yaml',
  ]) {
    expect(links).toContain(`../examples/consumers/${name}`);
  }
});
