import { describe, expect, it } from 'vitest';
import { clientRow } from '../../../../test/support/estates/rows.ts';
import { attributesOf, factsOf, reasonOfAttributes } from './attributes-of.ts';

const of = (attributes: Record<string, string>, clientAuthenticatorType = 'client-secret') =>
  attributesOf({ attributes, clientAuthenticatorType }, []);

describe('attributesOf', () => {
  it('declares what matters or is not known, and leaves out what changes nothing', () => {
    const found = of({ team: 'checkout', 'access.token.signed.response.alg': 'ES256', 'gui.order': '3', empty: '' });
    expect(found).toEqual({
      declarable: { team: 'checkout', 'access.token.signed.response.alg': 'ES256' },
      others: [],
    });
  });

  it.each(['deploy-password', 'client_credentials.use_refresh_token', 'x509.subjectdn'])(
    'does not declare %s, which may hold a credential or is not for manifests',
    (name) => {
      expect(of({ [name]: 'canary' })).toEqual({ declarable: {}, others: [name] });
    },
  );

  it('leaves to a client policy what that sets', () => {
    const attributes = { 'dpop.bound.access.tokens': 'true' };
    const rule = { policy: 'fapi', executor: 'dpop-bind-enforcer', attributes, fields: [] };
    const client = { attributes, clientAuthenticatorType: 'client-secret' };
    expect(attributesOf(client, [rule])).toEqual({ declarable: {}, others: [] });
    expect(attributesOf(client, undefined).declarable).toEqual(attributes);
  });

  it('does not declare the workload of a client that logs in otherwise', () => {
    const identity = { 'jwt.credential.issuer': 'gh', 'jwt.credential.sub': 'repo:a' };
    expect(of(identity).others).toEqual(['jwt.credential.issuer', 'jwt.credential.sub']);
    expect(of(identity, 'federated-jwt').others).toEqual([]);
  });
});

it('reasonOfAttributes: names them and no value', () => {
  expect(reasonOfAttributes([])).toBeUndefined();
  expect(reasonOfAttributes(['a-token', 'b'])?.why).toContain('the attributes "a-token", "b"');
});

it('factsOf: what people noted, without marks, settings of the server and what may be a credential', () => {
  const attributes = { team: 'checkout', 'grantry.owner': 'x', login_theme: 'y', 'api-token': 'canary' };
  expect(factsOf(clientRow('orders', { attributes, description: 'Of Bob' }))).toEqual({
    'attributes.team': 'checkout',
    description: 'Of Bob',
  });
});
