import { expect, test } from 'vitest';
import { Secret } from '../../../model/secrets/secret.ts';
import type { ActualObject } from '../../../model/state.ts';
import { digestOf, fingerprintOf } from './fingerprint.ts';

const OBJECT: ActualObject = {
  address: 'Client/orders',
  id: 'id-1',
  owner: '',
  foreign: [],
  fields: { attributes: { 'webhook.url': '(set)' } },
};

test('a fingerprint differs for values that are not shown, and differs from object to object', () => {
  const prints = [
    fingerprintOf(OBJECT),
    fingerprintOf({ ...OBJECT, unseen: new Secret('one') }),
    fingerprintOf({ ...OBJECT, unseen: new Secret('two') }),
    fingerprintOf({ ...OBJECT, id: 'id-2', unseen: new Secret('two') }),
  ];
  expect(new Set(prints).size).toBe(4);
  expect(fingerprintOf({ ...OBJECT, unseen: new Secret('one') })).toBe(prints[1]);
});

test('a value that is not shown is in no fingerprint as a plain digest, which could be found by trying', () => {
  const begun = performance.now();
  for (let tries = 0; tries < 10; tries += 1) fingerprintOf({ ...OBJECT, unseen: new Secret(String(tries)) });
  // Plain digests take some hundredths of a millisecond.
  expect(performance.now() - begun).toBeGreaterThan(10);
});

test('a list has another digest than an object with the same values', () => {
  expect(digestOf(['a', 'b'])).not.toBe(digestOf({ 0: 'a', 1: 'b' }));
});
