import { expect, test } from 'vitest';
import { documentOf, notesOfFacts } from './document-facts.ts';

test('notesOfFacts leaves out what a mark cannot hold', () => {
  const facts = {
    audience: `https://${'a'.repeat(600)}.test`,
    issuer: 'https://idp.test\n',
    token_url: 'https://idp.test/token',
  };
  expect(notesOfFacts(facts)).toEqual({ fact_token_url: 'https://idp.test/token' });
  expect(notesOfFacts({ audience: '' })).toEqual({});
});

test('documentOf: of a client for which no document was made nothing is said', () => {
  const made = { facts: {}, digest: 'd' };
  expect(documentOf(new Map([['orders', made]]), 'orders')).toBe(made);
  expect(() => documentOf(new Map(), 'orders')).toThrow('orders');
});
