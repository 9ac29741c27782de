import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readClient } from './representations.ts';

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
  return readClient(row, (field) => {
    throw new Error(`refused: ${field}`);
  });
}

describe('readClient', () => {
  it('lets no secret through that prints', () => {
    const client = read(ROW);
    for (const shown of [JSON.stringify(client), inspect(client, { depth: 9 }), String(client.secret)]) {
      expect(shown).not.toContain('canary');
    }
    expect(client.secret?.reveal()).toBe('canary-current');
  });

  it('takes asterisks for a secret that is not shown', () => {
    expect(read({ ...ROW, secret: '**********' }).secret).toBeUndefined();
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
  it.each([
    [{ ...ROW, clientId: undefined }, 'clientId'],
    [{ ...ROW, enabled: 'yes' }, 'enabled'],
    [{ ...ROW, redirectUris: ['a', 1] }, 'redirectUris'],
    [{ ...ROW, attributes: ['a'] }, 'attributes'],
    [{ ...ROW, protocolMappers: [{}] }, 'protocolMappers'],
    [{ ...ROW, secret: 7 }, 'secret'],
    ['a page of a proxy', undefined],
    [null, undefined],
  ])('refuses what is no client, and names the field: case %#', (row, field) => {
    expect(() => read(row)).toThrow(new Error(`refused: ${field}`));
  });
});
