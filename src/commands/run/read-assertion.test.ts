import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAssertion } from './read-assertion.ts';

const TOKEN = 'aGVhZA.Ym9keQ.c2lnbmVk';
let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'grantry-assertion-'));
  writeFileSync(join(cwd, 'token'), `${TOKEN}\n`);
  writeFileSync(join(cwd, 'other'), 'no token');
});
afterAll(() => rmSync(cwd, { recursive: true }));

it('readAssertion: takes a token from the environment or from a file', () => {
  const env = { TOKEN };
  expect(readAssertion('env:TOKEN', { env, cwd })?.reveal()).toBe(TOKEN);
  expect(readAssertion('file:token', { env, cwd })?.reveal()).toBe(TOKEN);
  expect(readAssertion(undefined, { env, cwd })).toBeUndefined();
});

it.each(['env:NONE', 'file:nowhere', 'file:other'])('readAssertion: refuses %s, where no token is', (from) => {
  expect(() => readAssertion(from, { env: {}, cwd })).toThrow(`--assertion-from ${from}: there is no token`);
});

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJvcmRlcnMifQ.c2lnbmVk';

it.each([TOKEN, `env:${JWT}`, `file:${JWT}`])(
  'readAssertion: does not repeat a token that stands in the arguments: %s',
  (from) => {
    expect(() => readAssertion(from, { env: {}, cwd })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: '--assertion-from names no place' }),
    );
  },
);
