import { describe, expect, it } from 'vitest';
import { checkSources } from '../../../test/support/check-sources.ts';
import { TOKEN_SOURCE } from '../../../test/support/servers/keycloak-settings.ts';
import { apiYaml, clientYaml, yaml } from '../../../test/support/bench/workbench.ts';
import { resolveTargets } from '../../manifest/resolve/resolve.ts';
import type { DesiredState } from '../../model/desired.ts';
import { NO_GRANT_FACTS } from '../../providers/provider.ts';
import type { GrantFacts } from '../../providers/provider.ts';
import { expectationsOf } from './expectation.ts';
import type { ExpectedToken } from './expected-tokens.ts';

const TARGET = `
apiVersion: grantry/v1
kind: Target
metadata: {name: dev}
spec:
  stack: acme
  provider: {keycloak: {url: "http://localhost:1", realm: acme, auth: {clientId: g, clientSecret: "\${env:S}"}}}
  store: {vault: {address: "http://localhost:2", mount: secret, prefix: m2m, auth: {token: "\${env:S}"}}}
`;

function desired(...documents: readonly string[]): DesiredState {
  const sources = checkSources([{ name: 'test.yaml', text: yaml(...documents, TARGET) }]);
  const [state] = resolveTargets(sources, ['dev'], { env: { S: 's' }, cwd: '/' });
  if (state === undefined) throw new Error('no target');
  return state;
}

const WITH_ROLES = 'keycloak: {serviceAccountRoles: {realm: [auditor], clients: {orders: [own], ledger: [reader]}}}';

function tokenOf(state: DesiredState, facts: Partial<GrantFacts>): ExpectedToken | undefined {
  return expectationsOf(state, TOKEN_SOURCE, undefined, { ...NO_GRANT_FACTS, ...facts })[0]?.tokens[0];
}

describe('expectationsOf', () => {
  it('expects what declared roles hold, and the clients of all these roles as audiences, but for the client itself', () => {
    const parts = { realm: ['reader'], clients: { ledger: ['books'], 'realm-management': ['view-users'] } };
    const token = tokenOf(desired(clientYaml('orders', WITH_ROLES)), { roleParts: new Map([['orders', parts]]) });
    expect(token?.roles).toEqual({
      realm: ['auditor', 'reader'],
      clients: { ledger: ['books', 'reader'], orders: ['own'], 'realm-management': ['view-users'] },
    });
    expect(token?.audiences).toEqual(['ledger', 'realm-management']);
    expect(token?.unsure).toBeUndefined();
  });

  it('is unsure of roles of which nobody looked what they hold', () => {
    expect(tokenOf(desired(clientYaml('orders', WITH_ROLES)), {})?.unsure).toContain('was not looked at');
    expect(tokenOf(desired(clientYaml('orders', '')), {})?.unsure).toBeUndefined();
  });

  it('takes the audiences of what another stack manages from the scopes that a token carries', () => {
    const state = desired(
      apiYaml('stock', ['stock:read', 'stock:write'], ', managed: false'),
      clientYaml('orders', 'access: [{api: stock, scopes: [stock:read], onRequest: [stock:write]}]'),
    );
    const audiences = new Map([
      ['stock:read', ['https://stock.test', 'stock-api']],
      ['stock:write', ['stock-writer']],
    ]);
    const tokens = expectationsOf(state, TOKEN_SOURCE, undefined, { ...NO_GRANT_FACTS, audiences })[0]?.tokens;
    expect(tokens?.map((token) => token.audiences)).toEqual([
      ['https://stock.test', 'stock-api'],
      ['https://stock.test', 'stock-api', 'stock-writer'],
    ]);
    expect(tokens?.map(({ unsure }) => unsure)).toEqual([undefined, undefined]);
    audiences.delete('stock:write');
    expect(tokenOf(state, { audiences })?.unsure).toContain('other stacks');
  });

  it('takes no audience of the server for an Api that is managed here', () => {
    const state = desired(
      apiYaml('stock', ['stock:read']),
      clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'),
    );
    const token = tokenOf(state, { audiences: new Map([['stock:read', ['https://evil.test']]]) });
    expect(token?.audiences).toEqual(['https://stock.test']);
  });

  it('has the client of an Api that introspects do so, of the Apis that are granted', () => {
    const state = desired(
      apiYaml('stock', ['stock:read'], ', introspectedBy: stock-api'),
      apiYaml('mail', ['mail:send']),
      clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}, {api: mail, scopes: [mail:send]}]'),
      clientYaml('stock-api', ''),
    );
    const [orders, introspector] = expectationsOf(state, TOKEN_SOURCE);
    expect(orders?.introspectors).toEqual([
      { api: 'stock', client: 'stock-api', path: 'stock-api', auth: 'client_secret_basic', isDisabled: false },
    ]);
    expect(introspector?.introspectors).toEqual([]);
  });

  it('has a client that is disabled refused, and may lack it in the tokens of others', () => {
    const state = desired(
      apiYaml('stock', ['stock:read'], ', introspectedBy: stock-api'),
      clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'),
      clientYaml('stock-api', 'state: disabled'),
    );
    const [orders, introspector] = expectationsOf(state, TOKEN_SOURCE);
    expect(introspector?.disabled).toEqual(TOKEN_SOURCE.tokens.disabled);
    expect([orders?.disabled, orders?.tokens[0]?.mayLack]).toEqual([undefined, ['stock-api']]);
    expect(orders?.introspectors).toMatchObject([{ client: 'stock-api', isDisabled: true }]);
  });

  describe('client scopes of no Api', () => {
    const OTHERS = 'keycloak: {clientScopes: {default: [profile, hidden, roles], optional: [address]}}';
    const namedScopes = new Map([
      ['profile', true],
      ['hidden', false],
    ]);
    const audiences = new Map([['hidden', ['https://hidden.test']]]);

    it('are expected in every token where it names them, with their audiences', () => {
      const token = tokenOf(desired(clientYaml('orders', OTHERS)), { namedScopes, audiences });
      expect(token).toMatchObject({ scopes: ['profile'], audiences: ['https://hidden.test'] });
      expect(token).toMatchObject({ unsure: undefined, unsureScopes: undefined });
    });

    it('are unsure where nobody looked at them', () => {
      const token = tokenOf(desired(clientYaml('orders', OTHERS)), {});
      expect(token?.scopes).toEqual([]);
      expect([token?.unsure, token?.unsureScopes]).toEqual([
        expect.stringContaining('other client scopes'),
        expect.stringContaining('other client scopes'),
      ]);
    });

    it('bring roles into tokens, or not, as they have the scope that does', () => {
      const roles = 'serviceAccountRoles: {realm: [auditor]}';
      const of = (more: string): unknown =>
        tokenOf(desired(clientYaml('orders', `keycloak: {${roles}${more}}`)), {})?.roles;
      expect(of('')).toEqual({ realm: ['auditor'], clients: {} });
      expect(of(', clientScopes: {default: [roles]}')).toEqual({ realm: ['auditor'], clients: {} });
      expect(of(', clientScopes: {default: [profile]}')).toEqual({ realm: [], clients: {} });
      expect(of(', scopeMappings: {realm: [other]}')).toEqual({ realm: [], clients: {} });
    });
  });

  it('expects the shortest lifetime of the Apis that a client can call', () => {
    const two = desired(
      apiYaml('stock', ['stock:read'], ', tokenLifetime: 5m'),
      apiYaml('bills', ['bills:read'], ', tokenLifetime: 10m'),
      clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}, {api: bills, scopes: [bills:read]}]'),
    );
    expect(tokenOf(two, {})?.lifetime).toBe(300);
  });

  it('expects the lifetime that the client itself has, where that is the shortest', () => {
    const own = desired(
      apiYaml('stock', ['stock:read'], ', tokenLifetime: 5m'),
      clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}], keycloak: {tokenLifetime: 1m}'),
    );
    expect(tokenOf(own, {})?.lifetime).toBe(60);
  });
});
