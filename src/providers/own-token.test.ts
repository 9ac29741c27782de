import { expect, test } from 'vitest';
import { OwnToken, tokenIn } from './own-token.ts';

/** Gives `token 1`, `token 2`, … that live for a minute. */
function source(): { token: OwnToken; asked: () => number; pass: (ms: number) => void } {
  let [now, asked] = [0, 0];
  const ask = async (): Promise<{ value: string; seconds: number }> => ({
    value: `token ${(asked += 1)}`,
    seconds: 60,
  });
  return { token: new OwnToken(ask, { now: () => now }), asked: () => asked, pass: (ms) => void (now += ms) };
}

const refused = (error: unknown): boolean => error instanceof Error && error.message === '401';

test.each([
  ['abc.DEF-1_2', true],
  ['a\r\nx-evil: b', false],
  ['\u201Cabc\u201D', false],
  ['', false],
])('%j is a token: %s', (token, isOne) => {
  const body = { access_token: token, expires_in: 60 };
  const timing = { headMs: 1, bodyMs: 1 };
  const answer = { status: 200, headers: new Headers(), body, format: 'json', timing } as const;
  expect(tokenIn(answer) !== undefined).toBe(isOne);
});

test('one request serves all until the token is about to end', async () => {
  const { token, asked, pass } = source();
  expect(await Promise.all([token.getAccessToken(), token.getAccessToken()])).toEqual(['token 1', 'token 1']);
  pass(49_999);
  expect(await token.getAccessToken()).toBe('token 1');
  pass(1);
  expect(await token.getAccessToken()).toBe('token 2');
  expect(asked()).toBe(2);
});

test('a token that was refused is replaced once, and for all', async () => {
  const { token, asked } = source();
  const call = async (): Promise<string> => {
    const value = await token.getAccessToken();
    if (value === 'token 1') throw new Error('401');
    return value;
  };
  expect(await Promise.all([token.with(call, refused), token.with(call, refused)])).toEqual(['token 2', 'token 2']);
  expect(asked()).toBe(2);
  await expect(token.with(() => Promise.reject(new Error('401')), refused)).rejects.toThrow('401');
  await expect(token.with(() => Promise.reject(new Error('500')), refused)).rejects.toThrow('500');
  // The one that was refused last was not kept.
  expect(asked()).toBe(3);
});
