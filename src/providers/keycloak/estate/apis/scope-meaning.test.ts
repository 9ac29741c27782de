import { describe, expect, it } from 'vitest';
import { audienceMapper, claimMapper } from '../../../../../test/support/estates/made-scopes.ts';
import { scopeRow } from '../../../../../test/support/estates/rows.ts';
import { meaningOfScope } from './scope-meaning.ts';

const AUDIENCE = 'https://stock.test';
const mappers = (...list: ReturnType<typeof audienceMapper>[]): { protocolMappers: object[] } => ({
  protocolMappers: list.map((mapper, index) => ({ ...mapper, id: String(index) })),
});
const custom = (audience: string) => audienceMapper(`aud ${audience}`, 'included.custom.audience', audience);
const ofClient = (clientId: string) => audienceMapper(`of ${clientId}`, 'included.client.audience', clientId);
const meaning = (special: object = {}, roles: readonly string[] = [], name = 'stock:read') =>
  meaningOfScope(scopeRow(name, AUDIENCE, { ...special }), {
    isClient: (clientId) => clientId === 'gateway' || clientId === 'edge',
    rolesOfScope: new Map(roles.length === 0 ? [] : [[`id of ${name}`, roles]]),
  });

describe('meaningOfScope', () => {
  it.each([
    [{}, undefined, []],
    [mappers(ofClient(AUDIENCE)), undefined, []],
    [mappers(custom(AUDIENCE), ofClient('gateway')), 'gateway', []],
    [mappers(custom(AUDIENCE), custom('gateway')), 'gateway', []],
    [mappers(custom('gateway'), custom(AUDIENCE)), 'gateway', []],
    [mappers(custom(AUDIENCE), custom(AUDIENCE), claimMapper('tenant', 'acme')), undefined, ['tenant=acme']],
    [{ attributes: {} }, undefined, []],
    [{ attributes: { 'display.on.consent.screen': 'true', 'gui.order': '3' } }, undefined, []],
  ])('is of an Api: %j', (special, introspectedBy, claims) => {
    expect(meaning(special)).toEqual({ kind: 'api', audience: AUDIENCE, introspectedBy, claims });
  });

  it('of two audiences that are clients, that which a mapper names as one is for introspection', () => {
    expect(meaning(mappers(ofClient('edge'), custom('gateway')))).toMatchObject({
      audience: 'gateway',
      introspectedBy: 'edge',
    });
  });

  it.each([
    ['mappers', mappers(custom(AUDIENCE), { ...custom('x'), protocolMapper: 'oidc-usermodel-attribute-mapper' }), []],
    ['scope mappings', {}, ['reader']],
    ['not named in the scope claim', { attributes: { 'include.in.token.scope': 'false' } }, []],
    ['attributes', { attributes: { 'x-routing': 'eu' } }, []],
    ['two audiences', mappers(custom(AUDIENCE), custom('https://other.test')), []],
    ['several audiences', mappers(custom(AUDIENCE), custom('b'), ofClient('gateway')), []],
    ['no manifest may hold', mappers(custom('with a blank')), []],
    ['no manifest may hold', { description: 'a\u0000b' }, []],
    ['no manifest may hold', mappers(custom(AUDIENCE), claimMapper('sub', 'forged')), []],
    ['no manifest may hold', mappers(custom(AUDIENCE), claimMapper('c', '1'), claimMapper('c', '2')), []],
  ])('is of no Api that could be said: %s', (why, special, roles) => {
    expect(meaning(special, roles)).toEqual({ kind: 'unsayable', why: expect.stringContaining(why) });
  });

  it.each([
    ['profile', {}],
    ['stock:read', { protocolMappers: [] }],
    ['stock:read', { protocol: 'saml' }],
  ])('is another scope: %s with %j', (name, special) => {
    expect(meaning(special, [], name)).toEqual({ kind: 'other' });
  });
});
