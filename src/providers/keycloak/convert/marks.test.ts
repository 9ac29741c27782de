import { describe, expect, it } from 'vitest';
import { client } from '../../../../test/support/bench/declared.ts';
import { resolveKeycloakClient } from '../client-settings.ts';
import { clientToFields } from './convert-client.ts';
import { parseDeclared, parseSeconds, rolesOfInterest, unreadableMarks } from './marks.ts';
import { clientRepresentation } from './representations.ts';

const declaredNames = (mark: string): string[] => [...parseDeclared(mark).attributes.keys()];
const unread = (name: string, value: string): string[] => unreadableMarks({ [name]: value });

describe('unreadableMarks', () => {
  it('says nothing of what grantry and the server write', () => {
    expect(
      unreadableMarks({
        'grantry.delivered': '{"at":1,"place":"secret/m2m/a","path":"a","facts":"pending"}',
        'grantry.declared': '{"attributes":["x.y"],"roles":{"realm":["a"],"clients":{}}}',
        'client.secret.creation.time': '1700000000',
        'access.token.lifespan': '300',
      }),
    ).toEqual([]);
  });

  it.each([
    [
      'grantry.delivered',
      '{"at":1,"place":"secret/m2m/a","path":"..","facts":"pending"}',
      'was delivered is not known',
    ],
    ['grantry.delivered', 'x', 'was delivered is not known'],
    ['grantry.declared', '{"attributes":[],"roles":{"realm":[".."],"clients":{}}}', 'left as it is'],
    ['grantry.declared', '[]', 'left as it is'],
    ['client.secret.creation.time', '99999999999999', 'the age of its secret is not known'],
    ['client.secret.expiration.time', 'soon', 'refuses its secret is not known'],
    ['client.secret.rotated.expiration.time', '1e999', 'previous secret is accepted is not known'],
  ])('reports that %s=%s cannot be read', (name, value, so) => {
    expect(unread(name, value)).toEqual([expect.stringContaining(`its attribute ${name} cannot be read, so`)]);
    expect(unread(name, value)).toEqual([expect.stringContaining(so)]);
    expect(unread(name, value).join()).not.toContain(value);
  });

  it('takes a mark that names a role of dots for none: it would lead a request elsewhere', () => {
    expect(declaredNames('{"attributes":["x"],"roles":{"realm":[".."],"clients":{}}}')).toEqual([]);
    expect(declaredNames('{"attributes":["x",["y","digest"]],"roles":{"realm":["a.."],"clients":{}}}')).toEqual([
      'x',
      'y',
    ]);
    expect(parseSeconds('99999999999999')).toBeUndefined();
  });
});

function lifetimeOf(text: string): unknown {
  const row = { id: 'x', clientId: 'x', attributes: { 'access.token.lifespan': text } };
  const none = { realm: [], clients: {} };
  const roles = { roles: none, scopeMappings: none };
  const context = {
    apiOfScope: new Map<string, string>(),
    declaredAttributes: {},
    rotateEvery: undefined,
    now: 0,
    ...roles,
  };
  return clientToFields(clientRepresentation.parse(row), context).tokenLifetime;
}

describe('the lifetime of tokens', () => {
  it.each([
    ['300', 300],
    ['', null],
    ['abc', 'abc'],
    ['1e999', '1e999'],
  ])('of %j is %j', (text, lifetime) => {
    expect(lifetimeOf(text)).toBe(lifetime);
  });
});

const role = (name: string) => ({ realm: [name], clients: {} });

it('rolesOfInterest: those of the account, of the scope, and of before', () => {
  const settings = resolveKeycloakClient({ serviceAccountRoles: role('held'), scopeMappings: role('mapped') });
  const attributes = { 'grantry.declared': JSON.stringify({ attributes: [], roles: role('before') }) };
  const names = rolesOfInterest({ attributes }, client('orders', {}, { settings })).map(({ name }) => name);
  expect(names).toEqual(['held', 'mapped', 'before']);
});
