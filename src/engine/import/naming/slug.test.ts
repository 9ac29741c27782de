import { describe, expect, it, test } from 'vitest';
import { MAX_NAME, digestName, isName, slugOf, slugOfAudience } from './slug.ts';

describe('slugOf', () => {
  test.each([
    ['orders', 'orders'],
    ['Order Service', 'order-service'],
    ['billing/export:v2', 'billing-export-v2'],
    ['Größe', 'gro-e'],
    ['café', 'cafe'],
    ['ﬁle №5', 'file-no5'],
    ['../../../etc/passwd', 'etc-passwd'],
    ['--', undefined],
    ['портал', undefined],
    ['портал v2', 'v2'],
    ['', undefined],
  ])('of %j is %j', (text, slug) => {
    expect(slugOf(text)).toBe(slug);
  });

  it('is a name, however long the text is', () => {
    const slug = slugOf(`${'x'.repeat(MAX_NAME - 1)}-y`) ?? '';
    expect([slug.length, isName(slug)]).toEqual([MAX_NAME - 1, true]);
  });

  it('is not asked for where a mark has a name that manifests may have', () => {
    expect([isName('x'.repeat(255)), isName('x'.repeat(256)), isName('X'), isName('-x')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('slugOfAudience', () => {
  test.each([
    ['https://inventory.internal/v1', 'inventory-internal-v1'],
    ['https://inventory.internal/', 'inventory-internal'],
    ['urn:acme:inventory', 'acme-inventory'],
    ['api://inventory', 'inventory'],
    ['Inventory API', 'inventory-api'],
    ['account', 'account'],
  ])('of %j is %j', (audience, slug) => {
    expect(slugOfAudience(audience)).toBe(slug);
  });
});

test('digestName: what stands for a text of which nothing is left is a name, and another for another text', () => {
  expect(digestName('client', 'портал')).toBe(digestName('client', 'портал'));
  expect(digestName('client', 'портал')).not.toBe(digestName('client', 'склад'));
  expect(isName(digestName('client', 'портал'))).toBe(true);
});
