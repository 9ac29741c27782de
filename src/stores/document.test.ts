import { describe, expect, it } from 'vitest';
import { Secret } from '../model/secrets/secret.ts';
import { encodeData, fromData, toPatch } from './document.ts';

/** A credential of several parts, not all of which are secret. */
const KEYS = { private_part: 'secret', key_id: 'public' } as const;

describe('a document', () => {
  const data = { client_id: 'orders', private_part: 'canary', key_id: 'k1', audience: 'https://a', count: 7 };

  it('is read as client_id, the payload of its credential and facts; what is secret stays hidden', () => {
    const document = fromData(data, 'secret/orders', KEYS);
    const { private_part: secret, ...rest } = document.payload;
    expect(secret instanceof Secret && secret.reveal()).toBe('canary');
    expect([document.clientId, rest, document.facts]).toEqual(['orders', { key_id: 'k1' }, { audience: 'https://a' }]);
    expect(JSON.stringify(document)).not.toContain('canary');
  });

  it.each([{}, { client_id: '' }, { client_id: 7 }])('is none without a client_id: %j', (special) => {
    const { client_id: _id, ...rest } = data;
    expect(() => fromData({ ...rest, ...special }, 'secret/orders', KEYS)).toThrow(
      'The document at secret/orders has no client_id',
    );
  });

  it('has nothing in its payload for a part that is empty', () => {
    expect(fromData({ ...data, key_id: '' }, 'secret/orders', KEYS).payload).not.toHaveProperty('key_id');
  });

  it('is written as one flat object, in the clear; null takes a key away', () => {
    const payload = { private_part: new Secret('canary'), key_id: 'k1', key_alg: null };
    expect(toPatch({ clientId: 'orders', payload, facts: { audience: 'https://a' } }, KEYS)).toEqual({
      client_id: 'orders',
      private_part: 'canary',
      key_id: 'k1',
      key_alg: null,
      audience: 'https://a',
    });
  });

  it.each(['client_id', 'private_part', 'key_id'])('has no fact called %s', (key) => {
    const document = { clientId: 'orders', payload: {}, facts: { [key]: 'x' } };
    expect(() => toPatch(document, KEYS)).toThrow(`may not be called ${key}`);
  });

  it('is refused where the store takes none of its size, counted in bytes, and not quoted', () => {
    const text = JSON.stringify({ key: 'ü' });
    expect(encodeData({ key: 'ü' }, { maxDocumentBytes: Buffer.byteLength(text) }, 'secret/orders')).toBe(text);
    expect(encodeData({ key: 'ü' }, { maxDocumentBytes: undefined }, 'secret/orders')).toBe(text);
    expect(() => encodeData({ key: 'ü' }, { maxDocumentBytes: text.length }, 'secret/orders')).toThrow(
      'The document of secret/orders would have 12 bytes; the store takes 11',
    );
  });
});
