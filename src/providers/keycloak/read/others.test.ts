/** What of a realm is somebody else's, as its listings show. */
import { expect, test } from 'vitest';
import { api, client, state } from '../../../../test/support/bench/declared.ts';
import { apisByScope, originsOf, sharedAudiences } from './api-objects.ts';
import { clientRepresentation, clientScopeRepresentation } from '../convert/representations.ts';
import { clientsOfOtherProtocols, scopesOfOtherProtocols } from './other-protocols.ts';
import { takenClientIds } from './taken-client-id.ts';

const scope = (name: string, attributes: Readonly<Record<string, string>>, audience = 'https://stock.test') =>
  clientScopeRepresentation.parse({
    id: name,
    name,
    protocol: 'openid-connect',
    attributes,
    protocolMappers: [
      {
        id: name,
        name,
        protocol: 'openid-connect',
        protocolMapper: 'oidc-audience-mapper',
        config: { 'included.custom.audience': audience },
      },
    ],
  });

const OURS = { 'grantry.stack': 'acme', 'grantry.api': 'stock', 'grantry.owner': 'team-a' };
const THEIRS = { 'grantry.stack': 'theirs', 'grantry.api': 'bills', 'grantry.owner': 'team-b' };
const SCOPES = [scope('stock:read', OURS), scope('bills:read', THEIRS), scope('email', {}, 'https://mail.test')];

test('scopes that are granted and not managed are whose their marks say, and those of the stack itself are not reported', () => {
  const unmanaged = ['stock:read', 'bills:read', 'email'].map((name) =>
    api(name.replace(':', '-'), [name], { managed: false }),
  );
  expect(originsOf(SCOPES, state(unmanaged, []))).toEqual([
    { address: 'Api/bills-read', stack: 'theirs', owner: 'team-b' },
    { address: 'Api/email', stack: undefined, owner: undefined },
  ]);
  expect(originsOf(SCOPES, state([api('bills', ['bills:read'])], []))).toEqual([]);
});

test('an audience is shared by what is no part of the Api, of any owner', () => {
  const desired = state([api('stock', ['stock:read'])], []);
  const apiOf = apisByScope(SCOPES, desired, undefined);
  expect(sharedAudiences(SCOPES, apiOf, desired.apis)).toEqual([
    { address: 'Api/stock', audience: 'https://stock.test', by: 'client scope bills:read of the stack theirs' },
  ]);
});

test('a client_id is taken by one that differs in case only, and by none that a manifest means', () => {
  const wanted = [client('orders'), client('audit')];
  const reasons = (present: readonly string[], matched: readonly string[]): string[] =>
    takenClientIds(
      wanted,
      present.map((clientId) => ({ clientId })),
      new Set(matched),
    ).map(({ reason }) => reason);
  expect(reasons(['Orders', 'AUDIT', 'other'], ['audit'])).toEqual([expect.stringContaining('client Orders is there')]);
  expect(reasons(['orders', 'audit'], [])).toEqual([]);
});

test.each([
  ['of another stack', 'saml', { 'grantry.stack': 'theirs' }, ['Client/orders']],
  ['without a mark', 'saml', {}, ['Client/orders']],
  ["of the stack's own", 'saml', { 'grantry.stack': 'acme' }, []],
  ['of OAuth 2.0', 'openid-connect', {}, []],
])('a client %s that has the protocol %s cannot become one: %#', (_, protocol, attributes, impossible) => {
  const present = clientRepresentation.parse({ id: 'c1', clientId: 'orders', protocol, attributes });
  const of = (id: string): string[] =>
    clientsOfOtherProtocols([present], new Map([[id, client('orders')]]), 'acme').map(({ address }) => address);
  expect(of('c1')).toEqual(impossible);
  // Of one that no manifest means nothing is said.
  expect(of('another')).toEqual([]);
});

test.each([
  ['of another stack', 'saml', { 'grantry.stack': 'theirs' }, ['Api/stock']],
  ['without a mark', 'saml', {}, ['Api/stock']],
  ["of the stack's own", 'saml', { 'grantry.stack': 'acme' }, []],
  ['of OAuth 2.0', 'openid-connect', {}, []],
])(
  'a client scope %s that has the protocol %s cannot become one of an Api: %#',
  (_, protocol, attributes, impossible) => {
    const present = clientScopeRepresentation.parse({ ...scope('stock:read', attributes), protocol });
    const of = (managed: boolean): string[] =>
      scopesOfOtherProtocols([present], state([api('stock', ['stock:read'], { managed })], [])).map(
        ({ address }) => address,
      );
    expect(of(true)).toEqual(impossible);
    expect(of(false)).toEqual([]);
  },
);
