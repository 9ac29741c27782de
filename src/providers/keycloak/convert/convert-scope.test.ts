import { expect, test } from 'vitest';
import { isSameMapper, scopesToFields } from './convert-scope.ts';
import { clientScopeRepresentation } from './representations.ts';

const PLAIN = { 'access.token.claim': 'true', 'id.token.claim': 'false', 'introspection.token.claim': 'true' };

function mapper(name: string, config: Readonly<Record<string, string>>) {
  return { id: name, name, protocolMapper: 'oidc-audience-mapper', config: { ...PLAIN, ...config } };
}

const custom = (audience: string, name = 'any name') => mapper(name, { 'included.custom.audience': audience });
const ofClient = (clientId: string, name = 'of a client') => mapper(name, { 'included.client.audience': clientId });

const WANTED = { audience: 'stock-api', introspectedBy: 'inspector' };

function scopeOf(mappers: readonly ReturnType<typeof mapper>[], wanted = WANTED) {
  const scope = clientScopeRepresentation.parse({ id: 'id', name: 'stock:read', protocolMappers: mappers });
  return scopesToFields('stock', [scope], new Map(), wanted).scopes['stock:read'];
}

test.each([
  ['whatever its mapper is called', [custom('stock-api')]],
  ['of a client of that id', [ofClient('stock-api')]],
  ['named twice', [custom('stock-api'), ofClient('stock-api')]],
])('the audience of an Api: is the one that is wanted %s', (_, mappers) => {
  expect(scopeOf(mappers)).toMatchObject({ audience: ['stock-api'], introspectedBy: [], otherMappers: [] });
});

test.each([
  ['of the client', ofClient('inspector')],
  ['by a text', custom('inspector')],
])('the introspector of an Api: is known %s', (_, other) => {
  expect(scopeOf([custom('stock-api'), other])).toMatchObject({
    audience: ['stock-api'],
    introspectedBy: ['inspector'],
  });
});

test('audiences of which none is wanted: are what their mappers say', () => {
  expect(scopeOf([custom('a'), ofClient('b')], { audience: 'c', introspectedBy: 'd' })).toMatchObject({
    audience: ['a'],
    introspectedBy: ['b'],
  });
});

test('a mapper that writes to ID tokens too: is another one', () => {
  const other = mapper('both', { 'included.custom.audience': 'stock-api', 'id.token.claim': 'true' });
  expect(scopeOf([other])).toMatchObject({ audience: [], otherMappers: ['both (oidc-audience-mapper)'] });
});

test.each([
  ['of another name', custom('a', 'one'), custom('a', 'other'), true],
  ['of the other kind', custom('a'), ofClient('a'), true],
  ['of another audience', custom('a'), custom('b'), false],
  ['that is none of grantry', mapper('x', {}), mapper('x', {}), false],
])('two mappers: one %s puts the same into tokens, or not', (_, left, right, same) => {
  expect(isSameMapper(left, right)).toBe(same);
});
