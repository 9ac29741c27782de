import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { clientRepresentation } from './representations.ts';

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

describe('clientRepresentation', () => {
  it('lets no secret through that prints', () => {
    const client = clientRepresentation.parse(ROW);
    for (const shown of [JSON.stringify(client), inspect(client, { depth: 9 }), String(client.secret)]) {
      expect(shown).not.toContain('canary');
    }
    expect(client.secret?.reveal()).toBe('canary-current');
  });

  it('takes asterisks for a secret that is not shown', () => {
    expect(clientRepresentation.parse({ ...ROW, secret: '**********' }).secret).toBeUndefined();
  });

  it('sorts lists, takes numbers in attributes, and fills what is absent', () => {
    expect(clientRepresentation.parse(ROW)).toMatchObject({
      defaultClientScopes: ['a', 'b'],
      optionalClientScopes: [],
      attributes: { 'client.secret.creation.time': '1700000000', 'grantry.stack': 'acme' },
      fullScopeAllowed: false,
      description: '',
    });
  });
});
