import { describe, expect, it } from 'vitest';
import { attributeWidens, isHarmlessAttribute, isKnownAttribute, maySpeakOfSecret } from './known-attributes.ts';

describe('isHarmlessAttribute', () => {
  it.each([
    ['realm_client', 'false', true],
    ['realm_client', 'true', false],
    ['logoUri', 'https://a.test/logo.png', true],
    ['client.secret.creation.time', '1', true],
    ['oauth2.jwt.authorization.grant.enabled', 'false', true],
    ['oauth2.jwt.authorization.grant.enabled', 'true', false],
    ['dpop.bound.access.tokens', 'true', false],
    ['access.token.signed.response.alg', 'ES256', false],
    ['client.session.max.lifespan', '60', false],
    // What nobody looked at may do anything.
    ['some.new.grant.enabled', 'true', false],
    ['some.new.grant.enabled', 'false', false],
    ['team.colour', 'blue', false],
    ['team.colour', '', true],
    ['__proto__', 'x', false],
    ['saml.assertion.signature', 'false', true],
    ['saml_force_name_id_format', 'true', true],
    ['samlish.flow', 'true', false],
  ])('%s = %j: %s', (name, value, expected) => {
    expect(isHarmlessAttribute(name, value)).toBe(expected);
  });
});

describe('attributeWidens', () => {
  it.each<[string, string | undefined, string | undefined, boolean]>([
    ['client.session.max.lifespan', undefined, '99999', true],
    ['client.session.max.lifespan', '60', undefined, false],
    ['team.colour', 'blue', 'red', true],
    ['team.colour', 'blue', undefined, false],
    ['logoUri', undefined, 'https://a.test', false],
    ['client.use.lightweight.access.token.enabled', undefined, 'true', true],
    ['client.use.lightweight.access.token.enabled', 'true', 'false', false],
    ['dpop.bound.access.tokens', undefined, 'true', false],
    ['dpop.bound.access.tokens', 'true', undefined, true],
    ['dpop.bound.access.tokens', '(set)', 'false', true],
    ['dpop.bound.access.tokens', 'false', undefined, false],
  ])('%s: %s → %s is %s', (name, before, after, expected) => {
    expect(attributeWidens(name, before, after)).toBe(expected);
  });
});

describe('maySpeakOfSecret', () => {
  it.each([
    'webhook.token',
    'saml.signing.private.key',
    'apiKey',
    'my-password',
    'client.secret.rotated',
    'CREDENTIAL',
  ])('thinks so of %s', (name) => expect(maySpeakOfSecret(name)).toBe(true));
  it.each([
    'dpop.bound.access.tokens',
    'access.token.lifespan',
    'monkey.business',
    'team.colour',
    'tokenized',
    'routing.key',
  ])('does not of %s', (name) => expect(maySpeakOfSecret(name)).toBe(false));
  it('knows the attributes that Keycloak names after tokens and that hold none', () => {
    expect(isKnownAttribute('tls.client.certificate.bound.access.tokens')).toBe(true);
    expect(isKnownAttribute('client.secret.rotated')).toBe(false);
  });
});
