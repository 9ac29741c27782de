import { expect, it } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { KeycloakApi } from '../http/api.ts';
import { evaluateToken } from './evaluate.ts';

const CLAIMS = { aud: 'https://stock.test' };

interface World {
  readonly accounts?: readonly object[];
  readonly maySeeAccounts?: boolean;
}

const ACCOUNT = { id: 'u-1', username: 'service-account-orders' };

async function evaluated({ accounts = [ACCOUNT], maySeeAccounts = true }: World) {
  const asked: string[] = [];
  const ports = portsOver(async (input) => {
    const { pathname, searchParams } = new URL(input);
    const path = pathname.replace('/admin/realms/acme/', '');
    asked.push(path);
    if (path === 'clients') return Response.json([{ id: 'c-1', clientId: 'orders' }]);
    if (path === 'users') return Response.json(accounts);
    if (path.startsWith('attack-detection/')) return Response.json({}, { status: maySeeAccounts ? 200 : 403 });
    return Response.json({ ...CLAIMS, sub: searchParams.get('userId') });
  });
  const api = new KeycloakApi(keycloakSettings(), ports, givenTokens());
  return { answer: await evaluateToken(api, 'orders', {}), asked };
}

it('evaluateToken: is for the service account of the client, which is looked for where it would not be made', async () => {
  const { answer, asked } = await evaluated({});
  expect(answer).toEqual({ claims: { ...CLAIMS, sub: 'u-1' } });
  expect(asked).toEqual(['clients', 'users', 'clients/c-1/evaluate-scopes/generate-example-access-token']);
});

it('evaluateToken: says what is missing, and makes nothing', async () => {
  const gone = await evaluated({ accounts: [] });
  expect(gone.answer).toEqual({ why: 'the server works none out: the client has no service account' });
  const unseen = await evaluated({ accounts: [], maySeeAccounts: false });
  expect(unseen.answer).toEqual({
    why: "grantry's account may not ask for that: it takes view-clients and view-users",
  });
  for (const { asked } of [gone, unseen]) expect(asked.join()).not.toContain('service-account-user');
});
