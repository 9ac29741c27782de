import { describe, expect, it } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { KeycloakApi } from '../http/api.ts';
import { PolicyRules, policyThatSets } from './policy-rules.ts';

const consent = { executor: 'consent-required', configuration: { 'auto-configure': 'true' } };
const dpop = { executor: 'dpop-bind-enforcer', configuration: { 'auto-configure': true } };
const lists = {
  profiles: [
    { name: 'consent', executors: [consent] },
    { name: 'bound', executors: [dpop] },
    { name: 'asks', executors: [{ executor: 'holder-of-key-enforcer', configuration: { 'auto-configure': false } }] },
    { name: 'own', executors: [{ executor: 'of-an-extension' }] },
    { name: 'rotation', executors: [{ executor: 'secret-rotation', configuration: {} }] },
  ],
  globalProfiles: [{ name: 'fapi', executors: [{ executor: 'secure-signature-algorithm', configuration: {} }] }],
};

let requests = 0;

/** The rules of a realm whose policies, each of the profile of its own name, are these. */
function rulesOf(names: readonly string[], { enabled = true, status = 200 } = {}): PolicyRules {
  const policies = names.map((name) => ({ name: `policy ${name}`, enabled, profiles: [name, 'gone'] }));
  const ports = portsOver(async (input) => {
    requests += 1;
    const { pathname } = new URL(input);
    if (status !== 200) return Response.json({}, { status });
    return Response.json(pathname.endsWith('/policies') ? { policies } : lists);
  });
  return new PolicyRules(new KeycloakApi(keycloakSettings(), ports, givenTokens()));
}

describe('PolicyRules', () => {
  it('explains a field by the policies that set it, and by no others', async () => {
    const before = requests;
    const rules = rulesOf(['consent', 'bound', 'rotation']);
    expect(await rules.explain([['consentRequired']])).toBe(
      'That is set by the client policy "policy consent" (consent-required) of the realm. Change it there, or declare what it wants.',
    );
    expect(await rules.explain([['attributes', 'dpop.bound.access.tokens']])).toContain('"policy bound"');
    expect(requests - before).toBe(2);
  });

  it('names all where none is known to set it, but for those that only keep secrets', async () => {
    expect(await rulesOf(['own', 'rotation']).explain([['description']])).toBe(
      'It may be set by the client policy "policy own" (of-an-extension) of the realm.',
    );
    expect(await rulesOf(['rotation']).explain([['description']])).toBeUndefined();
    expect(await rulesOf(['own'], { enabled: false }).explain([['description']])).toBeUndefined();
  });

  it('says so where it may not look, and nothing where it cannot', async () => {
    expect(await rulesOf([], { status: 403 }).explain([['description']])).toContain('view-realm');
    expect(await rulesOf([], { status: 404 }).explain([['description']])).toBeUndefined();
    expect(await rulesOf([], { status: 404 }).whoMayRefuse()).toBeUndefined();
  });

  it('knows which attributes a policy sets, and to what: those of global profiles too', async () => {
    const rules = (await rulesOf(['fapi', 'bound', 'asks']).read()) ?? [];
    expect(policyThatSets(rules, 'access.token.signed.response.alg', 'PS256')).toBe('policy fapi');
    expect(policyThatSets(rules, 'access.token.signed.response.alg', 'HS256')).toBeUndefined();
    expect(policyThatSets(rules, 'dpop.bound.access.tokens', 'true')).toBe('policy bound');
    expect(policyThatSets(rules, 'tls.client.certificate.bound.access.tokens', 'true')).toBeUndefined();
    expect(policyThatSets(rules, 'constructor', 'x')).toBeUndefined();
  });

  it('reports whether a policy of others may fill in what a change leaves out', async () => {
    expect(await rulesOf(['own']).mayFillIn()).toBe(true);
    expect(await rulesOf(['rotation']).mayFillIn()).toBe(false);
    expect(await rulesOf([]).mayFillIn()).toBe(false);
    // Where it may not look there may be one.
    expect(await rulesOf([], { status: 403 }).mayFillIn()).toBe(true);
  });

  it('names what may refuse a change', async () => {
    expect(await rulesOf(['own', 'bound']).whoMayRefuse()).toBe(
      'It may be refused by the client policies "policy own" (of-an-extension), "policy bound" (dpop-bind-enforcer) of the realm.',
    );
  });
});
