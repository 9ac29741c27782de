import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { filesUnder, findLeaks } from './leak-search.ts';

const SECRET = 's3cret/with+signs=and%more~x';

function foundIn(text: string, secret = SECRET): boolean {
  return findLeaks([secret], [{ where: 'here', text }]).length > 0;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

describe('the search for secrets', () => {
  it.each([
    ['plain', `before ${SECRET} behind`],
    ['in JSON', JSON.stringify({ a: SECRET })],
    ['URL-encoded', `client_secret=${encodeURIComponent(SECRET)}&x=1`],
    ['hex', Buffer.from(`x${SECRET}y`).toString('hex')],
    ['upper-case hex', Buffer.from(SECRET).toString('hex').toUpperCase()],
    ['base64 of itself', base64(SECRET)],
    ['base64 of id:secret', `Authorization: Basic ${base64(`orders:${SECRET}`)}`],
    ['base64 of an encoded id:secret', base64(`orders:${encodeURIComponent(SECRET)}`)],
    ['URL-encoded base64', encodeURIComponent(base64(`a:${SECRET}`))],
    ['base64url of JSON', base64url(JSON.stringify({ credentials: [SECRET, 'more'] }))],
  ])('finds one that is %s', (_form, text) => {
    expect(foundIn(text)).toBe(true);
  });

  it('finds any secret in base64, whatever stands around it', () => {
    const secret = fc.string({ minLength: 16, maxLength: 60, unit: 'grapheme-ascii' });
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, behind) => {
        expect(foundIn(base64(before + value + behind), value)).toBe(true);
        expect(foundIn(base64url(before + value + behind), value)).toBe(true);
      }),
    );
  });

  it('finds nothing where there is nothing', () => {
    expect(foundIn(`${SECRET.slice(1)} ${base64(SECRET.slice(2))} ${SECRET.toUpperCase()}`)).toBe(false);
  });

  describe('in files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'grantry-leaks-'));
    afterAll(() => rmSync(folder, { recursive: true }));

    it('reads their bytes and their names, and says which', () => {
      writeFileSync(join(folder, 'clean.bin'), Buffer.from([0, 255, 1, 2]));
      writeFileSync(join(folder, 'leaky.bin'), Buffer.concat([Buffer.from([0, 200]), Buffer.from(SECRET)]));
      expect(findLeaks(['another one', SECRET], filesUnder(folder))).toEqual([
        { where: join(folder, 'leaky.bin'), form: 'plain', secret: 1 },
      ]);
    });
  });
});
