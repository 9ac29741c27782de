import { describe, expect, it } from 'vitest';
import { hasUndeclared, strangeScopeAttributes, viewAttributes } from './attributes.ts';
import { formatDeclared, valueDigest } from './marks.ts';
import type { PolicyRule } from '../policies/policy-rules.ts';

const ROLES = { realm: [], clients: {} };
const CANARY = 'CANARY-value';

/** All that could end up in output. */
const seen = (...args: Parameters<typeof viewAttributes>): string => JSON.stringify(viewAttributes(...args));

describe('viewAttributes', () => {
  it('shows a value that grantry wrote, and the one that is declared', () => {
    const declared = { 'team.colour': 'red', 'team.size': '3' };
    const attributes = {
      'team.colour': 'blue',
      'team.size': '3',
      'grantry.declared': formatDeclared({ 'team.colour': 'blue' }, ROLES),
    };
    expect(viewAttributes(attributes, declared).shown).toEqual({ 'team.colour': 'blue', 'team.size': '3' });
  });

  it.each([
    ['nobody declared it', {}, undefined],
    ['it is declared with another value', { 'webhook.url': 'x' }, undefined],
    ['a mark of an earlier version names it', {}, '{"attributes":["webhook.url"],"roles":{"realm":[],"clients":{}}}'],
    ['a mark was edited by hand', {}, '{"attributes":[["webhook.url","guess"]],"roles":{"realm":[],"clients":{}}}'],
    ['somebody changed what grantry wrote', {}, formatDeclared({ 'webhook.url': 'ours' }, ROLES)],
    [
      'the digest is that of another attribute',
      {},
      formatDeclared({ other: CANARY }, ROLES).replace('other', 'webhook.url'),
    ],
  ])('hides a value where %s', (_, declared, mark) => {
    const attributes = { 'webhook.url': CANARY, ...(mark === undefined ? {} : { 'grantry.declared': mark }) };
    expect(viewAttributes(attributes, declared).shown).toEqual({ 'webhook.url': '(set)' });
    expect(seen(attributes, declared)).not.toContain(CANARY);
    expect(viewAttributes(attributes, declared).unseen?.reveal()).toContain(CANARY);
  });

  it('shows what form tokens have, whoever wrote it, but nothing else in its place', () => {
    const form = {
      'dpop.bound.access.tokens': 'true',
      'access.token.signed.response.alg': 'ES512',
      'access.token.header.type.rfc9068': 'true',
    };
    expect(viewAttributes(form, {})).toMatchObject({ shown: form, unseen: undefined });
    const pasted = Object.fromEntries(Object.keys(form).map((name) => [name, CANARY]));
    expect(new Set(Object.values(viewAttributes(pasted, {}).shown))).toEqual(new Set(['(set)']));
    expect(seen(pasted, {})).not.toContain(CANARY);
  });

  it('hides what is named after a secret, in attributes of any owner', () => {
    const attributes = { 'my.token': CANARY, 'grantry.declared': formatDeclared({ 'my.token': CANARY }, ROLES) };
    expect(seen(attributes, { 'my.token': CANARY })).not.toContain(CANARY);
  });

  it('never takes a hidden value for the wanted one', () => {
    expect(viewAttributes({ x: CANARY }, { x: '(set)' }).shown).toEqual({ x: '(set) otherwise' });
    expect(viewAttributes({ x: '(set)' }, { x: '(set)' }).shown).toEqual({ x: '(set)' });
  });

  it('leaves out what is harmless, unless it is or was declared', () => {
    const attributes = { logoUri: 'a', policyUri: 'b', 'grantry.declared': formatDeclared({ policyUri: 'b' }, ROLES) };
    expect(viewAttributes(attributes, {}).shown).toEqual({ policyUri: 'b' });
    expect(viewAttributes({ ...attributes, 'oauth2.x.enabled': 'true' }, { logoUri: 'c' }).shown).toEqual({
      logoUri: '(set)',
      'oauth2.x.enabled': '(set)',
      policyUri: 'b',
    });
  });

  it('keeps names that objects have of themselves apart', () => {
    const { shown } = viewAttributes({ ['__proto__']: 'x', constructor: 'y' }, {});
    expect(Object.keys(shown)).toEqual(['__proto__', 'constructor']);
  });

  const rule: PolicyRule = {
    policy: 'house rules',
    executor: 'dpop-bind-enforcer',
    attributes: { 'dpop.bound.access.tokens': 'true' },
    fields: [],
  };
  it('names what a policy sets, and only that', () => {
    const attributes = { 'dpop.bound.access.tokens': 'true', other: 'true' };
    expect(viewAttributes(attributes, {}, [rule])).toMatchObject({
      shown: { other: '(set)' },
      setByPolicy: [{ name: 'dpop.bound.access.tokens', policy: 'house rules' }],
    });
    expect(viewAttributes({ 'dpop.bound.access.tokens': 'yes' }, {}, [rule]).setByPolicy).toEqual([]);
    // What is declared is the manifest's affair.
    expect(viewAttributes(attributes, { 'dpop.bound.access.tokens': 'false' }, [rule]).setByPolicy).toEqual([]);
  });
});

it('attributes: asks for policies only where something matters that nobody declares', () => {
  expect(hasUndeclared({ logoUri: 'x', realm_client: 'false', 'grantry.stack': 'acme' }, {})).toBe(false);
  expect(hasUndeclared({ x: '1' }, { x: '2' })).toBe(false);
  expect(hasUndeclared({ x: '1' }, {})).toBe(true);
});

it('attributes: reports attributes of client scopes that grantry did not set', () => {
  const harmless = {
    'include.in.token.scope': 'true',
    'gui.order': '1',
    'is.parameterized.scope': 'false',
    'grantry.api': 'x',
  };
  expect(strangeScopeAttributes(harmless)).toEqual([]);
  expect(strangeScopeAttributes({ ...harmless, 'is.parameterized.scope': 'true', b: '1', a: '' })).toEqual([
    'b',
    'is.parameterized.scope',
  ]);
});

it('attributes: makes a digest that depends on name and value', () => {
  expect(
    new Set([valueDigest('a', 'b'), valueDigest('b', 'a'), valueDigest('a', 'c'), valueDigest('ab', '')]).size,
  ).toBe(4);
});
