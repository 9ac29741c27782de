import { describe, expect, it } from 'vitest';
import { movesLogin } from './moves-login.ts';

describe('movesLogin', () => {
  const delivery = {
    client: 'a',
    clientId: 'a',
    path: 'a',
    place: 'a',
    facts: { token_url: 'https://idp.example/realms/a/token', issuer: 'https://idp.example/realms/a' },
    reason: 'facts-changed',
    pathIsEmpty: false,
  } as const;

  it.each([
    [{ token_url: 'https://idp.example/realms/b/token' }, false],
    [{ token_url: 'https://elsewhere.example/realms/a/token' }, true],
    [{ token_url: 'http://idp.example/realms/a/token' }, true],
    [{ issuer: 'https://elsewhere.example' }, false],
    [{}, false],
  ])('of a document that said %j: %j', (factsBefore, is) => {
    expect(movesLogin({ ...delivery, factsBefore })).toBe(is);
  });
});
