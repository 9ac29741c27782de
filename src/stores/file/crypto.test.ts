import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { expect, test } from 'vitest';
import { Secret } from '../../model/secrets/secret.ts';
import { createAgeBox } from './crypto.ts';
import type { AgeBox } from './crypto.ts';
import { resolveFileStore } from './settings.ts';

async function box(recipients?: (own: string) => readonly string[]): Promise<AgeBox> {
  const identity = await generateX25519Identity();
  const own = await identityToRecipient(identity);
  return createAgeBox({ identity: new Secret(identity), recipients: recipients?.(own) ?? [] });
}

test('a document is opened by the key that it was sealed for alone', async () => {
  const [ours, theirs] = [await box(), await box()];
  const sealed = await ours.seal('a document');
  expect(await ours.open(sealed, 'orders.age')).toBe('a document');
  await expect(theirs.open(sealed, 'orders.age')).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
    message: 'orders.age is encrypted to another key than the one given',
  });
});

test('a file that age did not make, or that was cut off, is damaged', async () => {
  const ours = await box();
  const sealed = await ours.seal('a document');
  for (const content of [Buffer.from('no age file'), sealed.subarray(0, -1)]) {
    await expect(ours.open(content, 'orders.age')).rejects.toMatchObject({
      code: 'FAILED',
      message: 'orders.age is damaged, or was not written by grantry',
    });
  }
});

test('keys that are none, or by which nobody could read again, are refused', async () => {
  await expect(box((own) => [own, 'age1nonsense'])).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: '"age1nonsense" is no age recipient',
  });
  const other = await identityToRecipient(await generateX25519Identity());
  await expect(box(() => [other])).rejects.toMatchObject({ message: expect.stringContaining('is not among') });
  const identity = new Secret('AGE-SECRET-KEY-1NONSENSE', ['GRANTRY_AGE_KEY']);
  await expect(createAgeBox({ identity, recipients: [] })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/no age key \(from GRANTRY_AGE_KEY/),
  });
});

function resolve(text: string): unknown {
  return resolveFileStore(
    { path: 'secrets', identity: text },
    { cwd: '/work', secret: (pick) => new Secret(pick({ path: '', identity: text }) ?? '') },
  );
}

test('resolveFileStore: a variable without an age key in it is refused before anything is opened, and not quoted', () => {
  expect(resolve('# a key\nAGE-SECRET-KEY-1QQQ\n')).toMatchObject({ path: '/work/secrets' });
  expect(() => resolve('canary-of-somebody')).toThrow(/^the identity of the file store is no age key(?!.*canary)/);
});
