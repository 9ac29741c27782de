import { describe, expect, it } from 'vitest';
import { messagesOfProvider } from '../../../../test/support/check-sources.ts';

/** What `validate` says of an account, without file and line. */
function messagesOf(auth: string): string[] {
  return messagesOfProvider(`{keycloak: {url: "https://id.example", realm: acme, auth: ${auth}}}`);
}

const WAYS =
  'must hold clientId and one of clientSecret, privateKey, assertion, github, kubernetes, or username and password';
const env = (name: string): string => `"\${env:${name}}"`;

describe('an account at Keycloak', () => {
  it.each([
    `{clientId: a, clientSecret: ${env('S')}}`,
    `{clientId: a, privateKey: ${env('K')}}`,
    `{clientId: a, privateKey: ${env('K')}, alg: ES256, keyId: k1, realm: ops}`,
    `{clientId: a, privateKey: ${env('K')}, audience: "https://id.example/realms/acme"}`,
    `{clientId: ${env('C')}, assertion: ${env('A')}}`,
    '{clientId: a, github: {}}',
    '{clientId: a, github: {audience: "https://id.example/realms/acme"}}',
    '{clientId: a, kubernetes: {}}',
    '{clientId: a, kubernetes: {tokenFile: /var/run/secrets/keycloak/token}}',
    `{username: u, password: ${env('P')}, realm: master}`,
  ])('may be %s', (auth) => {
    expect(messagesOf(auth)).toEqual([]);
  });

  it.each([
    ['{}', WAYS],
    ['{clientId: a}', WAYS],
    [`{username: u}`, WAYS],
    [`{clientId: a, clientSecret: ${env('S')}, github: {}}`, `${WAYS}, not clientSecret and github`],
    [`{clientId: a, github: {}, username: u}`, `${WAYS}, not clientId and github and username`],
    [`{clientId: a, username: u, password: ${env('P')}}`, `${WAYS}, not clientId and username and password`],
    ['{github: {}}', 'needs clientId beside github'],
    [`{privateKey: ${env('K')}}`, 'needs clientId beside privateKey'],
    ['{clientId: a, github: {}, keyId: k1}', 'keyId belongs to privateKey'],
    ['{clientId: a, github: {}, audience: x}', 'audience belongs to privateKey'],
    [`{clientId: a, privateKey: ${env('K')}, audience: ""}`, 'audience'],
    [`{clientId: a, privateKey: ${env('K')}, alg: HS256}`, 'alg must be RS256 or RS384'],
    ['{clientId: a, github: {audience: ""}}', 'audience'],
    ['{clientId: a, github: {subject: x}}', 'unknown key'],
    ['{clientId: a, kubernetes: {token: x}}', 'unknown key'],
    [`{clientId: a, privatekey: ${env('K')}}`, 'unknown key'],
    ['{clientId: a, privateKey: "-----BEGIN PRIVATE KEY-----"}', 'a credential is never written into a manifest'],
    ['{clientId: a, assertion: eyJhbGciOi.eyJhbGciOi.x}', 'a credential is never written into a manifest'],
  ])('may not be %s', (auth, problem) => {
    const messages = messagesOf(auth);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(problem);
    expect(messages[0]).not.toMatch(/BEGIN|eyJ/);
  });
});
