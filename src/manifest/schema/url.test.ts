import { describe, expect, it } from 'vitest';
import { checkUrl, isInsecure, normaliseUrl } from './url.ts';

describe('checkUrl', () => {
  it.each(['https://id.example.com', 'http://localhost:8080/auth/', 'https://${env:HOST}/x'])('takes %s', (url) => {
    expect(checkUrl(url)).toBeUndefined();
  });

  it.each(['id.example.com', 'ftp://x', 'https://user@x', 'https://:p@x', 'https://x/?', 'https://x/#a', ''])(
    'refuses %j',
    (url) => {
      expect(checkUrl(url)).toEqual(expect.any(String));
    },
  );
});

describe('isInsecure', () => {
  it.each(['http://example.com', 'http://localhost.example.com', 'http://127.0.0.1.example.com', 'http://10.0.0.1'])(
    '%s would send credentials in clear',
    (url) => {
      expect(isInsecure(url)).toBe(true);
    },
  );

  it.each(['https://example.com', 'http://localhost', 'http://a.localhost', 'http://127.1', 'http://[::1]:80'])(
    '%s would not',
    (url) => {
      expect(isInsecure(url)).toBe(false);
    },
  );
});

it('normaliseUrl takes slashes off the end', () => {
  expect(normaliseUrl('HTTP://LocalHost:80/auth//')).toBe('http://localhost/auth');
});
