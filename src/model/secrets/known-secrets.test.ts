import { generateKeyPairSync, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formsOf } from '../../../test/support/leak-search.ts';
import { hideAllSecrets, hideSecrets } from './known-secrets.ts';
import { Secret } from './secret.ts';

describe('hideSecrets', () => {
  test('hides every secret that there ever was, in every form in which a server may repeat it', () => {
    const property = fc.property(
      fc.array(fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 }), { minLength: 1, maxLength: 5 }),
      fc.lorem(),
      (values, around) => {
        for (const value of values) void new Secret(value);
        for (const value of values) {
          for (const [form, name] of formsOf(value)) {
            if (form.length < 8) continue;
            expect([name, hideSecrets(`${around}${form}${around}`).includes(form)]).toEqual([name, false]);
          }
        }
      },
    );
    fc.assert(property, { numRuns: 200 });
  });

  test('hides each line of a key in PEM, and its body in one piece', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    void new Secret(pem);
    const lines = pem.trim().split('\n').slice(1, -1);
    for (const part of [...lines, lines.join('')]) expect(hideSecrets(`x ${part} y`)).toBe('x ‹hidden› y');
  });

  test('hides the pair of RFC 6749 section 2.3.1, whatever the client is called', () => {
    void new Secret('s3cret/with+all: kinds');
    for (const client of ['a', 'ab', 'abc']) {
      const pair = Buffer.from(`${client}:${encodeURIComponent('s3cret/with+all: kinds')}`).toString('base64');
      const shown = hideSecrets(`Authorization: Basic ${pair}`);
      expect(shown).toContain('‹hidden›');
      expect(shown.length).toBeLessThan(40);
    }
  });

  test('leaves everything else as it is, and finds the longest of two that begin alike', () => {
    void new Secret('beginning');
    void new Secret('beginning-and-end');
    expect(hideSecrets('the beginning-and-end; the beginning; the begin')).toBe(
      'the ‹hidden›; the ‹hidden›; the begin',
    );
    expect(hideSecrets('beginningbeginning')).toBe('‹hidden›‹hidden›');
  });

  test('takes no more time for thousands of secrets', { timeout: 20_000 }, () => {
    for (let index = 0; index < 10_000; index += 1) void new Secret(randomBytes(48).toString('base64url'));
    hideSecrets('');
    const text = 'a client that is as declared '.repeat(100_000);
    const began = process.cpuUsage();
    expect(hideSecrets(text)).toBe(text);
    // Microseconds of the processor: the machine may be busy.
    expect(process.cpuUsage(began).user).toBeLessThan(2_000_000);
  });
});

test('hideSecrets: short secrets are words of names and paths: they are hidden only in what a server says', () => {
  for (const value of ['root', 'canary-with-root', '']) void new Secret(value);
  expect(hideSecrets('grantry/root')).toBe('grantry/root');
  expect(hideAllSecrets('token root is bad')).toBe('token ‹hidden› is bad');
  expect(hideAllSecrets('not canary-with-root')).toBe('not ‹hidden›');
});
