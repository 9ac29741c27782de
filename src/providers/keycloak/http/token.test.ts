import { expect, it } from 'vitest';
import { keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { adminToken } from './token.ts';

/** A token with this `scope` claim; nobody checks its signature. */
function tokenWith(scope: string, count: number): string {
  return `e30.${Buffer.from(JSON.stringify({ scope, count })).toString('base64url')}.x`;
}

/** What is asked for while the server refuses every token, where the scope of the Admin API `isThere` or is not. */
async function asked(isThere: boolean, given = 'profile'): Promise<(string | null)[]> {
  const scopes: (string | null)[] = [];
  const ports = portsOver(async (_, init) => {
    const scope = new URLSearchParams(await new Response(init?.body).text()).get('scope');
    scopes.push(scope);
    if (scope !== null && !isThere) return Response.json({ error: 'invalid_scope' }, { status: 400 });
    return Response.json({ access_token: tokenWith(scope ?? given, scopes.length), expires_in: 60 });
  });
  const tokens = adminToken(keycloakSettings(), ports);
  for (let call = 0; call < 3; call += 1) {
    const refused = tokens.with(
      () => tokens.getAccessToken().then(() => Promise.reject(new Error('401'))),
      () => true,
    );
    await expect(refused).rejects.toThrow('401');
  }
  return scopes;
}

it('adminToken: asks for the scope of the Admin API only once a token without it was refused, and from then on', async () => {
  expect(await asked(true)).toEqual([null, 'kc-admin-api', 'kc-admin-api', 'kc-admin-api']);
});

it('adminToken: asks no second time for a scope that the server does not know, and goes on without it', async () => {
  expect(await asked(false)).toEqual([null, 'kc-admin-api', null, null, null]);
});

it('adminToken: does not ask for what the refused token has', async () => {
  expect(await asked(true, 'kc-admin-api profile')).toEqual([null, null, null, null]);
});
