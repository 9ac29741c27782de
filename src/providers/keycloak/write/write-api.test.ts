import { expect, test } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { api, state } from '../../../../test/support/bench/declared.ts';
import type { Fetch } from '../../../platform/fetch.ts';
import { openKeycloak } from '../index.ts';

/** What becomes of an Api that is to be made at a server which has these scopes once it lost its answer. */
async function make(present: Readonly<Record<string, string>> | undefined): Promise<string> {
  let isLost = false;
  const answer: Fetch = async (url, { method } = {}) => {
    if (method === 'POST') {
      isLost = true;
      throw Object.assign(new Error('broken'), { code: 'ECONNRESET' });
    }
    const scope = { id: 'found', name: 'stock:read', attributes: present };
    const { pathname } = new URL(url);
    if (pathname.endsWith('/scope-mappings')) return Response.json({});
    if (pathname.endsWith('/client-scopes/found')) return Response.json(scope);
    return Response.json(isLost && present !== undefined ? [scope] : []);
  };
  const ports = portsOver(answer);
  const provider = openKeycloak(keycloakSettings(), ports, { tokens: givenTokens() });
  const [object] = provider.project(state([api('stock', ['stock:read'])], []));
  const change = { op: 'create', address: 'Api/stock', owner: '', reason: '', dependsOn: [], notes: {} } as const;
  return provider.addApiScopes({ ...change, after: object?.fields ?? {} }).then(
    () => 'made',
    (error: Error) => error.message,
  );
}

test('a creation of an Api: takes a scope for its own where the answer was lost and the scope carries its marks', async () => {
  expect(await make({ 'grantry.stack': 'acme', 'grantry.api': 'stock' })).toBe('made');
});

test.each([
  ['that is not there', undefined],
  ['without a mark', {}],
  ['of another stack', { 'grantry.stack': 'theirs', 'grantry.api': 'stock' }],
  ['of another Api', { 'grantry.stack': 'acme', 'grantry.api': 'bills' }],
])('a creation of an Api: takes no scope %s for its own where the answer was lost', async (_, attributes) => {
  expect(await make(attributes)).toContain('Keycloak');
});
