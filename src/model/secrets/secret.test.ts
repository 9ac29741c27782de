import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret, WithheldSecret } from './secret.ts';

test('Secret: shows its value to nobody who does not ask for it', () => {
  const secret = new Secret('canary-of-secret');
  const shown = [String(secret), JSON.stringify({ secret }), inspect({ secret })].join();
  expect(shown).not.toContain('canary-of-secret');
  expect(secret.reveal()).toBe('canary-of-secret');
});

test('WithheldSecret: cannot be sent, and is the same as no other', () => {
  const withheld = new WithheldSecret();
  expect(() => withheld.reveal()).toThrow('a credential is used that was not asked for');
  expect([withheld.equals(), new Secret('').equals(withheld)]).toContain(false);
});
