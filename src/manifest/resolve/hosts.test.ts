import { describe, expect, it } from 'vitest';
import { checkEncrypted } from './hosts.ts';

describe('checkEncrypted: an endpoint that a server names', () => {
  it('is refused without TLS', () => {
    expect(() =>
      checkEncrypted('http://id.example.com/token?x=secret', 'the token endpoint', { url: 'https://id.example.com' }),
    ).toThrow(
      expect.objectContaining({
        code: 'HOST_NOT_ALLOWED',
        message: expect.stringMatching(/^the token endpoint is http:\/\/id\.example\.com\/token, without TLS/),
      }),
    );
  });

  it.each([
    ['with TLS', 'https://id.example.com/token', 'https://id.example.com'],
    ['on this machine', 'http://localhost:8080/token', 'https://id.example.com'],
    ['of a server that is reached without TLS on purpose', 'http://id.example.com/token', 'http://id.example.com'],
  ])('passes %s', (_, endpoint, server) => {
    expect(() => checkEncrypted(endpoint, 'the token endpoint', { url: server })).not.toThrow();
  });
});
