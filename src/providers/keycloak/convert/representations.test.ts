import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { clientRepresentation } from './representations.ts';

const FLAGS = [
  'enabled',
  'standardFlowEnabled',
  'implicitFlowEnabled',
  'directAccessGrantsEnabled',
  'serviceAccountsEnabled',
  'authorizationServicesEnabled',
  'publicClient',
  'bearerOnly',
  'consentRequired',
  'fullScopeAllowed',
];
const LISTS = ['defaultClientScopes', 'optionalClientScopes', 'redirectUris', 'webOrigins'];

const ROW = {
  id: '1',
  clientId: 'orders',
  secret: 'canary-current',
  registrationAccessToken: 'canary-registration',
  attributes: {
    'client.secret.rotated': 'canary-previous',
    'client.secret.creation.time': 1_700_000_000,
    'grantry.stack': 'acme',
  },
  defaultClientScopes: ['b', 'a'],
};

function read(row: unknown) {
  return clientRepresentation.parse(row);
}

describe('clientRepresentation', () => {
  it('lets no secret through that prints', () => {
    const client = read(ROW);
    for (const shown of [JSON.stringify(client), inspect(client, { depth: 9 }), String(client.secret)]) {
      expect(shown).not.toContain('canary');
    }
    expect(client.secret?.reveal()).toBe('canary-current');
  });

  it('drops the previous secret where all attributes are texts too', () => {
    const attributes = { 'client.secret.rotated': 'canary-previous', 'grantry.stack': 'acme' };
    expect(read({ ...ROW, attributes }).attributes).toEqual({ 'grantry.stack': 'acme' });
  });

  it.each([undefined, {}, { view: true, manage: false }])(
    'takes asterisks for a mask, with the rights %j',
    (access) => {
      const client = read({ ...ROW, secret: '**********', access });
      expect([client.secret, client.guessable]).toEqual([undefined, false]);
    },
  );

  it('takes asterisks for the secret that is in force, to an account that may manage the client', () => {
    const client = read({ ...ROW, secret: '**********', access: { manage: true } });
    expect([client.secret?.reveal(), client.guessable]).toEqual(['**********', true]);
  });

  it.each([
    ['**********', true],
    ['x', true],
    ['aaaaaaaaaaaaaaaa', true],
    ['', false],
    ['ab', false],
    ['*********a', false],
  ])('says whether anybody can guess %j, the present secret or the previous one', (secret, guessable) => {
    const access = { manage: true };
    expect(read({ ...ROW, secret, access }).guessable).toBe(guessable);
    const rotated = { 'client.secret.rotated': secret };
    const attributes = { ...rotated, 'client.secret.rotated.creation.time': '1700000000' };
    const previous = read({ ...ROW, attributes, access });
    expect([previous.guessable, previous.previousGuessable]).toEqual([false, guessable]);
    expect(read({ ...ROW, attributes: rotated, access }).previousGuessable).toBe(false);
  });

  it('sorts lists, takes numbers in attributes, and fills what is absent', () => {
    expect(read(ROW)).toMatchObject({
      defaultClientScopes: ['a', 'b'],
      optionalClientScopes: [],
      attributes: { 'client.secret.creation.time': '1700000000', 'grantry.stack': 'acme' },
      fullScopeAllowed: false,
      description: '',
    });
  });
  it.each([true, false])('reads every flag: %s', (flag) => {
    const set = Object.fromEntries(FLAGS.map((key) => [key, flag]));
    expect(read({ ...ROW, ...set })).toMatchObject(set);
  });

  it.each(FLAGS)('knows the flag %s from the others', (key) => {
    const client = read({ ...ROW, [key]: true });
    expect(Object.entries(client).filter(([, value]) => value === true)).toEqual([[key, true]]);
  });

  it.each([undefined, null])('takes %s for empty', (nothing) => {
    const optional = [...FLAGS, ...LISTS, 'secret', 'description', 'clientAuthenticatorType', 'attributes'];
    const row = Object.fromEntries([...optional, 'protocolMappers'].map((key) => [key, nothing]));
    expect(read({ id: '1', clientId: 'orders', ...row })).toEqual({
      id: '1',
      clientId: 'orders',
      protocol: 'openid-connect',
      ...Object.fromEntries(FLAGS.map((key) => [key, false])),
      ...Object.fromEntries([...LISTS, 'protocolMappers'].map((key) => [key, []])),
      attributes: {},
      description: '',
      clientAuthenticatorType: '',
      secret: undefined,
      guessable: false,
      previousGuessable: false,
    });
  });

  it('takes an empty secret for none', () => {
    expect(read({ ...ROW, secret: '' }).secret).toBeUndefined();
  });

  it.each<[unknown, string | undefined]>([
    ...['id', 'clientId', ...FLAGS, ...LISTS, 'description', 'clientAuthenticatorType', 'attributes'].map(
      (key): [unknown, string] => [{ ...ROW, [key]: 1 }, key],
    ),
    [{ ...ROW, id: null }, 'id'],
    [{ ...ROW, clientId: undefined }, 'clientId'],
    [{ ...ROW, enabled: 'yes' }, 'enabled'],
    [{ ...ROW, redirectUris: ['a', 1] }, 'redirectUris'],
    [{ ...ROW, attributes: ['a'] }, 'attributes'],
    [{ ...ROW, protocolMappers: [{}] }, 'protocolMappers'],
    [{ ...ROW, secret: 7 }, 'secret'],
    ['a page of a proxy', undefined],
    [null, undefined],
  ])('refuses what is no client, and names the field: case %#', (row, field) => {
    expect(clientRepresentation.safeParse(row).error?.issues[0]?.path[0]).toBe(field);
  });
});
