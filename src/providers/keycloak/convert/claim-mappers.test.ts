import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimMapper, claimOfMapper, formatClaim } from './claim-mappers.ts';

const asRead = (claim: string) => ({ id: 'an id', ...claimMapper(claim) });

describe('formatClaim', () => {
  it.each([
    ['acme', 'c=acme'],
    [5, 'c=5'],
    ['5', 'c="5"'],
    ['007', 'c=007'],
    [true, 'c=true'],
    ['true', 'c="true"'],
    ['null', 'c="null"'],
    ['"quoted"', String.raw`c="\"quoted\""`],
    ['a=b', 'c=a=b'],
    [0.5, 'c=0.5'],
  ])('%j: %s', (value, text) => {
    expect(formatClaim('c', value)).toBe(text);
  });
});

describe('claimMapper', () => {
  it.each([
    ['tenant=acme', 'tenant', 'acme', 'String'],
    ['level="5"', 'level', '5', 'String'],
    ['level=5', 'level', '5', 'JSON'],
    ['share=0.5', 'share', '0.5', 'JSON'],
    ['beta=false', 'beta', 'false', 'boolean'],
    // A dot would make an object of it.
    ['https://acme.test/unit=north', String.raw`https://acme\.test/unit`, 'north', 'String'],
  ])('%s', (claim, name, value, type) => {
    expect(claimMapper(claim).config).toMatchObject({
      'claim.name': name,
      'claim.value': value,
      'jsonType.label': type,
      'access.token.claim': 'true',
      'id.token.claim': 'false',
      'userinfo.token.claim': 'false',
    });
  });

  it('is read back as the claim that it was made for, whatever that is', () => {
    const name = fc.stringMatching(/^[A-Za-z][\w:/.@-]{0,20}$/);
    const value = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(name, value, (claim, constant) => {
        const text = formatClaim(claim, constant);
        expect(claimOfMapper(asRead(text))).toBe(text);
      }),
    );
  });

  it('says another value that somebody gave it', () => {
    const mapper = asRead('tenant=acme');
    expect(claimOfMapper({ ...mapper, config: { ...mapper.config, 'claim.value': 'globex' } })).toBe('tenant=globex');
  });

  it('is the same mapper with another name', () => {
    const renamed = { ...asRead('tenant=acme'), name: 'tenant' };
    expect(claimOfMapper(renamed)).toBe('tenant=acme');
  });

  it.each([
    ['another type', { protocolMapper: 'oidc-audience-mapper' }, {}],
    ['another kind of value', {}, { 'jsonType.label': 'int' }],
    ['an object for a value', {}, { 'jsonType.label': 'JSON', 'claim.value': '{"a":1}' }],
    ['no value', {}, { 'jsonType.label': 'JSON', 'claim.value': '' }],
    ['ID tokens, too', {}, { 'id.token.claim': 'true' }],
    ['lightweight tokens, too', {}, { 'lightweight.claim': 'true' }],
    ['an object for a claim', {}, { 'claim.name': 'a.b' }],
  ])('is another mapper with %s', (_, mapper, config) => {
    const plain = asRead('tenant=acme');
    expect(claimOfMapper({ ...plain, ...mapper, config: { ...plain.config, ...config } })).toBeUndefined();
  });
});
